/// One pass of a scorer over one input, named by the user.
package import TareCore

package struct Run: Sendable, Hashable, Identifiable {
  package enum Status: String, Sendable {
    /// Rows or scores are still to come.
    case open
    case finished
  }

  package let id: Int64
  package let name: String
  package let scorer: Scorer
  /// The day that chat templates which print one were told, YYYY-MM-DD.
  package let templateDate: String?
  package let settings: JSONObject
  package let status: Status
  /// UTC, ISO 8601.
  package let createdAt: String
}

/// A run and how far it has come.
package struct RunSummary: Sendable, Hashable {
  package let run: Run
  /// Rows of the input, and the responses in them.
  package let rows: Int
  package let items: Int
  /// Responses that have a score.
  package let scored: Int
  package let calibrations: Int
  package let evaluations: Int
}
