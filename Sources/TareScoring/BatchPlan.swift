/// Which conversations run together.
internal import TareEngine

/// Token sequences in the order in which neighbours have most in common, cut into batches.
///
/// What sequences of a batch have in common at their starts, system prompts and prompts, is computed
/// once (`TokenTree`), so a cut costs what the sequences on both sides share.
package enum BatchPlan {
  /// Rows of one forward pass: enough that matrix products run at full speed, few enough that
  /// working memory stays small and little is lost when the run is stopped.
  package static let rowBudget = 4096
  /// How many times the budget a batch may grow to while its sequences share more than they add.
  package static let stretch = 4

  package struct Batch: Sendable, Equatable {
    /// Indices of the sequences.
    package var members: [Int]
    /// Rows that are computed for them; their tokens less what they share.
    package var rows: Int
  }

  /// - Parameter sharesPrefixes: whether the model computes what sequences share once.
  package static func batches(
    _ sequences: [[Int32]], sharesPrefixes: Bool = true, budget: Int = rowBudget
  ) -> [Batch] {
    var batches: [Batch] = []
    var previous: [Int32] = []
    for index in TokenPrefixes.order(sequences) {
      let sequence = sequences[index]
      let shared = sharesPrefixes ? TokenPrefixes.common(previous, sequence) : 0
      let own = sequence.count - shared
      previous = sequence
      if let last = batches.last,
        last.rows + own <= (shared > own ? stretch * budget : budget)
      {
        batches[batches.count - 1].members.append(index)
        batches[batches.count - 1].rows += own
      } else {
        batches.append(Batch(members: [index], rows: sequence.count))
      }
    }
    return batches
  }

  /// Rows that one batch of these sequences computes.
  package static func rows(_ sequences: [[Int32]], sharesPrefixes: Bool) -> Int {
    batches(sequences, sharesPrefixes: sharesPrefixes, budget: .max / 8).reduce(0) { $0 + $1.rows }
  }
}
