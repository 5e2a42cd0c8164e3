/// Rows by the prompt they belong to.

/// Which rows belong together, prompts in the order of their first rows.
///
/// The rows of one prompt need not stand together.
package struct PromptGroups: Sendable {
  /// The prompt of each group, [group].
  package let ids: [String]
  /// The group of each row, [row].
  package let groupOfRow: [Int32]

  /// - Parameter prompts: the prompt's id of each row, [row].
  package init(_ prompts: some Sequence<String>) {
    self.init(keys: prompts.lazy.map { ExactText($0) }) { $0.text }
  }

  /// Groups responses by id within subset and section: RewardBench's subsets number their prompts
  /// each from 0.
  package init(of responses: [ScoredResponse]) {
    self.init(keys: responses.map(PromptKey.init)) { $0.id }
  }

  package init(of responses: ScoredResponses) { self = responses.groups }

  package init<Key: Hashable>(keys: some Sequence<Key>, id: (Key) -> String) {
    var groups: [Key: Int32] = [:]
    var ids: [String] = []
    groupOfRow = keys.map { key in
      if let group = groups[key] { return group }
      let group = Int32(ids.count)
      groups[key] = group
      ids.append(id(key))
      return group
    }
    self.ids = ids
  }

  /// - Parameters:
  ///   - groupOfRow: the group of each row, numbered from 0 in the order of their first rows, [row].
  ///   - ids: the prompt of each group, [group].
  package init(groupOfRow: [Int32], ids: [String]) {
    self.ids = ids
    self.groupOfRow = groupOfRow
  }

  package var count: Int { ids.count }

  /// The groups among some of the rows, in the order given.
  package func taking(_ rows: [Int32]) -> PromptGroups {
    var numbers = [Int32](repeating: -1, count: ids.count)
    var taken: [String] = []
    taken.reserveCapacity(min(ids.count, rows.count))
    let groups = rows.map { row in
      let group = Int(groupOfRow[Int(row)])
      if numbers[group] < 0 {
        numbers[group] = Int32(taken.count)
        taken.append(ids[group])
      }
      return numbers[group]
    }
    return PromptGroups(groupOfRow: groups, ids: taken)
  }

  /// Whether no two rows of a group have the same position, from 0, [row].
  package func areDistinct(_ positions: [Int]) -> Bool {
    if (positions.max() ?? 0) < UInt64.bitWidth {
      var taken = [UInt64](repeating: 0, count: count)
      for (row, group) in groupOfRow.enumerated() {
        let bit = UInt64(1) << UInt64(positions[row])
        if taken[Int(group)] & bit != 0 { return false }
        taken[Int(group)] |= bit
      }
      return true
    }
    struct Place: Hashable {
      let group: Int32
      let position: Int
    }
    var taken: Set<Place> = []
    return groupOfRow.enumerated().allSatisfy { row, group in
      taken.insert(Place(group: group, position: positions[row])).inserted
    }
  }

  /// How many rows each group has, [group].
  package var counts: [Int] {
    var counts = [Int](repeating: 0, count: count)
    for group in groupOfRow { counts[Int(group)] += 1 }
    return counts
  }

  /// The rows of each group, in order, [group].
  package var rows: [[Int]] {
    let members = members
    return (0..<count).map { members[$0].map(Int.init) }
  }

  /// The same in one array for all.
  package var members: Members { Members(self) }

  /// The rows of each group, one group after another.
  package struct Members: Sendable {
    /// Where each group begins in `rows`, and where the last ends, [group + 1].
    package let starts: [Int]
    package let rows: [Int32]

    init(_ groups: PromptGroups) {
      var starts = [Int](repeating: 0, count: groups.count + 1)
      for group in groups.groupOfRow { starts[Int(group) + 1] += 1 }
      for group in 0..<groups.count { starts[group + 1] += starts[group] }
      var next = starts
      var rows = [Int32](repeating: 0, count: groups.groupOfRow.count)
      for (row, group) in groups.groupOfRow.enumerated() {
        rows[next[Int(group)]] = Int32(row)
        next[Int(group)] += 1
      }
      self.starts = starts
      self.rows = rows
    }

    package subscript(group: Int) -> ArraySlice<Int32> { rows[starts[group]..<starts[group + 1]] }
  }
}

/// What tells prompts apart: their id within subset and section, each by its bytes.
package struct PromptKey: Hashable, Sendable {
  private let exact: Exact
  package var section: String? { exact.section?.text }
  package var subset: String? { exact.subset?.text }
  package var id: String { exact.id.text }

  private struct Exact: Hashable {
    let section, subset: ExactText?
    let id: ExactText
  }

  package init(section: String?, subset: String?, id: String) {
    exact = Exact(
      section: section.map { ExactText($0) }, subset: subset.map { ExactText($0) },
      id: ExactText(id))
  }

  package init(_ response: ScoredResponse) {
    self.init(section: response.section, subset: response.subset, id: response.promptID)
  }
}
