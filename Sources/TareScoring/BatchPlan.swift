/// Which conversations run together.

package enum BatchPlan {
  /// Rows of one forward pass: enough that matrix products run at full speed, few enough that
  /// working memory stays small and little is lost when the run is stopped.
  package static let rowBudget = 4096

  /// Groups of indices, longest first, each of at most `budget` tokens or of one conversation.
  package static func batches(lengths: [Int], budget: Int = rowBudget) -> [[Int]] {
    var batches: [[Int]] = []
    var rows = budget
    for index in lengths.indices.sorted(by: { (lengths[$1], $0) < (lengths[$0], $1) }) {
      if rows + lengths[index] > budget {
        batches.append([])
        rows = 0
      }
      batches[batches.count - 1].append(index)
      rows += lengths[index]
    }
    return batches
  }
}
