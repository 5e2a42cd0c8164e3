/// Something about a model that is wrong, suspicious or good to know.
package import TareCore

package struct InspectionFinding: Sendable, Hashable {
  package enum Severity: String, Sendable, CaseIterable {
    /// The model cannot be scored with as it is.
    case error
    /// Scores may not be what they are taken for.
    case warning
    /// Good to know.
    case note
  }

  package let severity: Severity
  package let what: String

  package var json: JSONValue {
    ["severity": .string(severity.rawValue), "what": .string(what)]
  }
}
