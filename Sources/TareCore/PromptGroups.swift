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
    var groups: [String: Int] = [:]
    var ids: [String] = []
    groupOfRow = prompts.map { id in
      if let group = groups[id] { return group }
      groups[id] = ids.count
      ids.append(id)
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
