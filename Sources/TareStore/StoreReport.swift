/// What an examination of a store has found.
package import TareCore

package struct StoreReport: Sendable {
  /// Something that is not as Tare writes it.
  package struct Finding: Sendable, Hashable {
    package enum Severity: String, Sendable {
      /// Data are lost or changed.
      case damage
      /// Nothing that counts is wrong.
      case note
    }

    package let severity: Severity
    /// The table, run or calibration.
    package let place: String
    package let what: String

    package init(_ severity: Severity, _ place: String, _ what: String) {
      self.severity = severity
      self.place = place
      self.what = what
    }
  }

  /// One run, and what is known of it.
  package struct CheckedRun: Sendable {
    package let name: String
    package let isFinished: Bool
    package let responses: Int
    /// Whether it has a seal; nil where the seal, or what it was made of, cannot be read.
    package let isSealed: Bool?
    /// Whether nothing of it is damaged.
    package let isWhole: Bool
  }

  package let path: String
  /// "v9", say; nil where it cannot be read.
  package internal(set) var schema: String?
  package internal(set) var findings: [Finding] = []
  package internal(set) var runs: [CheckedRun] = []

  package var isDamaged: Bool { findings.contains { $0.severity == .damage } }

  package var json: JSONValue {
    [
      "store": .string(path), "schema": schema.map { .string($0) } ?? .null,
      "damaged": .bool(isDamaged),
      "findings": .array(
        findings.map { finding in
          [
            "severity": .string(finding.severity.rawValue), "place": .string(finding.place),
            "what": .string(finding.what),
          ]
        }),
      "runs": .array(
        runs.map { run in
          [
            "name": .string(run.name), "finished": .bool(run.isFinished),
            "responses": .int(run.responses), "sealed": run.isSealed.map { .bool($0) } ?? .null,
            "whole": .bool(run.isWhole),
          ]
        }),
    ]
  }
}
