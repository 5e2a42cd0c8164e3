/// What `tare store recover` has saved, for people and programs.
package import TareCore

/// What a recovery has saved.
package struct RecoveryReport: Sendable {
  package struct Table: Sendable {
    package let name: String
    package internal(set) var saved: Int
    /// Rows that the damaged store counts; nil where it cannot count them.
    package let expected: Int?
    /// Rows that were read but are not kept: they are no longer what they were, or belong to what is lost.
    package internal(set) var dropped = 0
  }

  package struct SavedRun: Sendable {
    package let name: String
    package let responses: Int
    /// Whether it is what it was when it was finished; otherwise it is open again.
    package let isWhole: Bool
  }

  package internal(set) var tables: [Table] = []
  package internal(set) var runs: [SavedRun] = []

  package var json: JSONValue {
    [
      "tables": .array(
        tables.map { table in
          [
            "name": .string(table.name), "saved": .int(table.saved),
            "expected": table.expected.map { .int($0) } ?? .null, "dropped": .int(table.dropped),
          ]
        }),
      "runs": .array(
        runs.map { run in
          [
            "name": .string(run.name), "responses": .int(run.responses),
            "whole": .bool(run.isWhole),
          ]
        }),
    ]
  }
}
