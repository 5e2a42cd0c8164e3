/// The pairs of one subset of one section: what is resampled together and averaged with others.
internal import TareCore

package struct Stratum: Sendable {
  package let section: String?
  package let subset: String?
  /// Rows of its pairs, by prompt, [prompt][pair].
  let prompts: [[Int]]

  package var pairCount: Int { prompts.reduce(0) { $0 + $1.count } }

  /// The strata of these pairs, in the order of their first pairs.
  static func strata(of pairs: [ScoredPair]) -> [Stratum] {
    struct Key: Hashable {
      let section: String?
      let subset: String?
    }
    var order: [Key] = []
    var rows: [Key: [Int]] = [:]
    for (row, pair) in pairs.enumerated() {
      let key = Key(section: pair.section, subset: pair.subset)
      if rows[key] == nil { order.append(key) }
      rows[key, default: []].append(row)
    }
    return order.map { key in
      let members = rows[key] ?? []
      return Stratum(section: key.section, subset: key.subset, prompts: byPrompt(members, pairs))
    }
  }

  private static func byPrompt(_ rows: [Int], _ pairs: [ScoredPair]) -> [[Int]] {
    let groups = PromptGroups(rows.map { pairs[$0].promptID })
    return groups.rows.map { $0.map { rows[$0] } }
  }
}
