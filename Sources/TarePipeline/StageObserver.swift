/// How far a long stage has come.

package struct StageProgress: Sendable {
  /// What is counted: "scored", "features".
  package let work: String
  /// Responses that are done, those that were known before among them.
  package let done: Int
  /// Responses that were computed in this call.
  package let computed: Int
  /// All responses of the work.
  package let total: Int
  /// Tokens run through the model so far, and the seconds it took.
  package let tokens: Int
  package let seconds: Double

  package var tokensPerSecond: Double { seconds > 0 ? Double(tokens) / seconds : 0 }
  /// Seconds to go at the rate so far.
  package var remaining: Double {
    computed > 0 ? seconds / Double(computed) * Double(total - done) : 0
  }
}

/// What a stage tells whoever started it, and asks them.
package struct StageObserver: Sendable {
  /// Called after each batch.
  package let report: @Sendable (StageProgress) -> Void
  /// Whether the user has asked to stop; what is finished is stored first.
  package let shouldStop: @Sendable () -> Bool
  /// Called with what a user should know though the work goes on, a sentence each.
  package let warn: @Sendable (String) -> Void

  package init(
    report: @escaping @Sendable (StageProgress) -> Void = { _ in },
    shouldStop: @escaping @Sendable () -> Bool = { false },
    warn: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.report = report
    self.shouldStop = shouldStop
    self.warn = warn
  }
}
