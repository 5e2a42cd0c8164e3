/// Rows by the prompt they belong to.

/// Which rows belong together, prompts in the order of their first rows.
///
/// The rows of one prompt need not stand together.
package struct PromptGroups: Sendable {
  /// The prompt of each group, [group].
  package let ids: [String]
  /// The group of each row, [row].
  package let groupOfRow: [Int]

  /// - Parameter prompts: the prompt's id of each row, [row].
  package init(_ prompts: some Sequence<String>) {
    self.init(keys: prompts) { $0 }
  }

  /// Groups responses by id within subset and section: RewardBench's subsets number their prompts
  /// each from 0.
  package init(of responses: [ScoredResponse]) {
    self.init(keys: responses.map(PromptKey.init)) { $0.id }
  }

  private init<Key: Hashable>(keys: some Sequence<Key>, id: (Key) -> String) {
    var groups: [Key: Int] = [:]
    var ids: [String] = []
    groupOfRow = keys.map { key in
      if let group = groups[key] { return group }
      groups[key] = ids.count
      ids.append(id(key))
      return ids.count - 1
    }
    self.ids = ids
  }

  package var count: Int { ids.count }

  /// The rows of each group, in order, [group].
  package var rows: [[Int]] {
    var rows = [[Int]](repeating: [], count: ids.count)
    for (row, group) in groupOfRow.enumerated() { rows[group].append(row) }
    return rows
  }
}

private struct PromptKey: Hashable {
  let section: String?
  let subset: String?
  let id: String

  init(_ response: ScoredResponse) {
    section = response.section
    subset = response.subset
    id = response.promptID
  }
}
