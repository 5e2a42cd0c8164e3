/// What a model is, as far as its files say: facts in the order in which they are shown, and what is
/// suspicious about it.
package import TareCore

package struct ModelInspection: Sendable {
  package private(set) var facts: [InspectionFact] = []
  package private(set) var findings: [InspectionFinding] = []

  /// Whether something makes scoring impossible.
  package var hasErrors: Bool { findings.contains { $0.severity == .error } }

  package var json: JSONValue {
    var object = JSONObject()
    for fact in facts {
      if let key = fact.key { object[key] = fact.value }
    }
    object["findings"] = .array(findings.map(\.json))
    return .object(object)
  }

  /// - Parameters:
  ///   - label: what people see it called; nil for a fact that is in the JSON alone.
  ///   - text: the value for people; nil for the JSON value as it is.
  mutating func add(
    _ key: String, _ value: JSONValue, _ label: String? = nil, _ text: String? = nil
  ) {
    let plain = text ?? value.string ?? value.text()
    facts.append(InspectionFact(key: key, value: value, label: label, text: plain))
  }

  /// A line for people alone, below the fact before.
  mutating func show(_ text: String) {
    facts.append(InspectionFact(key: nil, value: .null, label: "", text: text))
  }

  mutating func find(_ severity: InspectionFinding.Severity, _ what: String) {
    let finding = InspectionFinding(severity: severity, what: what)
    if !findings.contains(finding) { findings.append(finding) }
  }

  /// Does what can fail; a failure becomes an error finding.
  mutating func attempt<T>(_ work: () throws(TareError) -> T) -> T? {
    do throws(TareError) {
      return try work()
    } catch {
      find(.error, error.description)
      return nil
    }
  }
}
