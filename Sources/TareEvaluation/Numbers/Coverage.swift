/// How much of a published benchmark a set of scores holds.
package import TareCore

package struct Coverage: Sendable, Hashable {
  package struct Part: Sendable, Hashable {
    package let name: String
    package let found: Int
    package let of: Int
  }

  /// "RewardBench".
  package let benchmark: String
  package let unit: String
  package let edition: String?
  package let found: Int
  package let of: Int
  package let parts: [Part]
  private let mayLack: Int

  /// - Parameters:
  ///   - published: the benchmark's sets, at least one; the nearest is taken.
  ///   - found: how many there are of each part.
  init(_ published: [PublishedSet], found: [String: Int]) {
    let total = found.values.reduce(0, +)
    func distance(_ set: PublishedSet) -> Int {
      set.parts.reduce(0) { $0 + abs($1.count - (found[$1.name] ?? 0)) }
    }
    let set = published.min { distance($0) < distance($1) } ?? published[0]
    benchmark = set.name
    unit = set.unit
    edition = set.edition
    mayLack = set.mayLack
    self.found = total
    of = set.count
    let known = Set(set.parts.map(\.name))
    parts =
      set.parts.map { Part(name: $0.name, found: found[$0.name] ?? 0, of: $0.count) }
      + found.filter { !known.contains($0.key) }.sorted { $0.key < $1.key }
      .map { Part(name: $0.key, found: $0.value, of: 0) }
  }

  /// Whether all of it is there and nothing else.
  package var isComplete: Bool {
    parts.allSatisfy { $0.found == $0.of || ($0.found < $0.of && $0.found + mayLack >= $0.of) }
  }

  /// "500 of RewardBench's 2,985 pairs: not the published number (math-prm has 12 of 447)"; nil where
  /// all of it is there.
  package var note: String? {
    guard !isComplete else { return nil }
    let whole = "\(benchmark)'s \(of.grouped) \(unit)s" + (edition.map { " (\($0))" } ?? "")
    let partial =
      parts.count > 1 ? parts.filter { $0.found != $0.of && $0.found > 0 && $0.of > 0 } : []
    let strange = parts.filter { $0.of == 0 }
    let shown = partial.prefix(3).map { "\($0.name) has \($0.found.grouped) of \($0.of.grouped)" }
    let more = partial.count - shown.count
    var details = shown + (more > 0 ? ["\(more) more are incomplete"] : [])
    if !strange.isEmpty {
      details.append(
        strange.prefix(3).map { "'\($0.name)'" }.joined(separator: ", ")
          + (strange.count == 1 ? " is not part of it" : " are not part of it"))
    }
    if let missing = missingText { details.append(missing) }
    let start =
      found >= of || strange.reduce(0, { $0 + $1.found }) == found
      ? "\(found.grouped) \(unit)s, not \(whole)" : "\(found.grouped) of \(whole)"
    return "\(start): not the published number"
      + (details.isEmpty ? "" : " (\(details.joined(separator: "; ")))")
  }

  /// Which parts are missing, or the few that are there; nil where none is missing.
  private var missingText: String? {
    let missing = parts.filter { $0.found == 0 && $0.of > 0 }.map(\.name)
    let present = parts.filter { $0.found > 0 && $0.of > 0 }.map(\.name)
    guard !missing.isEmpty, missing.count + present.count > 1 else { return nil }
    if missing.count <= 3 { return "no " + missing.joined(separator: ", no ") }
    let areWhole = parts.allSatisfy { $0.found == 0 || $0.found == $0.of }
    if (1...3).contains(present.count), areWhole {
      return "only " + present.joined(separator: ", ")
    }
    return "\(missing.count) of its \(missing.count + present.count) parts missing"
  }

  package var json: JSONValue {
    var object: JSONObject = [
      "benchmark": .string(benchmark), "unit": .string(unit), "n": .int(found), "of": .int(of),
      "complete": .bool(isComplete),
      "parts": .object(
        JSONObject(parts.filter { $0.found != $0.of }.map { ($0.name, $0) }) { part in
          ["n": .int(part.found), "of": .int(part.of)]
        }),
    ]
    object["edition"] = edition.map { .string($0) }
    return .object(object)
  }
}

extension Int {
  /// "2,985".
  var grouped: String {
    let digits = String(magnitude)
    var text = ""
    for (place, digit) in digits.enumerated() {
      if place > 0, (digits.count - place).isMultiple(of: 3) { text.append(",") }
      text.append(digit)
    }
    return (self < 0 ? "-" : "") + text
  }
}
