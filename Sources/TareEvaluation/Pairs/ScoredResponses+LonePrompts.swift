/// Prompts of which one side is left, where rows of a file were left out.
package import TareCore

extension ScoredResponses {
  /// The responses less those of prompts that have only chosen or only rejected ones, or half a tie. Where
  /// a prompt has several pairs, each pair is looked at by itself.
  ///
  /// - Parameter isLost: whether a prompt of this key may go.
  /// - Returns: the rows that are kept, ascending, and how many prompts or pairs are not.
  package func withoutLonePrompts(
    _ isLost: (PromptKey) -> Bool
  ) -> (rows: [Int], leftOut: Int) {
    let members = groups.members
    var kept: [Int] = []
    var leftOut = 0
    for group in 0..<groups.count {
      let units = Dictionary(grouping: members[group]) { pairs?[Int($0)] ?? -1 }
      for rows in units.values {
        let first = Int(rows[0])
        let key = PromptKey(
          section: sections?[first], subset: subsets?[first], id: prompts[first] ?? "")
        if isLone(rows), isLost(key) {
          leftOut += 1
        } else {
          kept += rows.map(Int.init)
        }
      }
    }
    return (kept.sorted(), leftOut)
  }

  private func isLone(_ rows: [Int32]) -> Bool {
    let sides = Set(rows.map { side(Int($0)) })
    if sides == [nil] { return rows.count == 1 && labels?[Int(rows[0])] == 0.5 }
    return sides == [.chosen] || sides == [.rejected]
  }
}
