/// An order of rows that no file decides.
internal import TareCore
internal import TareNumerics

extension CalibrationTable {
  /// Where the rows of this table stand in an order that depends on what they hold alone: prompts by
  /// their covariates and labels, then by their scores, then by their ids; the rows of a
  /// prompt likewise. Rows that still tie are the same in every number. Subsets do not count, as not every
  /// reader keeps them.
  ///
  /// Contents are compared as 64 bits of a hash, which makes the order quick and arbitrary: a sample
  /// of the first ones would be no worse than any. The scores come second, so that a table and its
  /// calibrated twin are resampled alike.
  var canonicalOrder: [Int32] {
    let rows = RowKeys(self)
    guard let prompts, prompts.count < count || !prompts.areRowNumbers else {
      return SortOrder.ascending(by: rows, count: count) { first, second in
        first < second
      }
    }
    // The rows of each prompt, one prompt after another.
    let grouped = prompts.members
    let starts = grouped.starts
    var members = grouped.rows
    let order = SortOrder.ascending(by: RowKeys(rows, prompts), count: prompts.count) {
      prompts.ids[$0] < prompts.ids[$1]
    }
    var result: [Int32] = []
    result.reserveCapacity(count)
    for group in order {
      let own = starts[Int(group)]..<starts[Int(group) + 1]
      if own.count == 2 {
        let isAscending = !rows.ascend(members[own.lowerBound + 1], members[own.lowerBound])
        result.append(members[own.lowerBound + (isAscending ? 0 : 1)])
        result.append(members[own.lowerBound + (isAscending ? 1 : 0)])
      } else {
        sort(&members, in: own, by: rows)
        for member in own { result.append(members[member]) }
      }
    }
    return result
  }

  /// A prompt has few rows as a rule, for which a general sort takes longer to begin than to sort.
  private func sort(_ members: inout [Int32], in own: Range<Int>, by rows: RowKeys) {
    guard own.count <= 16 else {
      members[own].sort(by: rows.ascend)
      return
    }
    for place in own.dropFirst() {
      let member = members[place]
      var free = place
      while free > own.lowerBound, rows.ascend(member, members[free - 1]) {
        members[free] = members[free - 1]
        free -= 1
      }
      members[free] = member
    }
  }
}

extension PromptGroups {
  /// Whether the ids are what tables without prompts give their rows, "row-1" and so on: they say
  /// where a row stood, not what it is.
  var areRowNumbers: Bool {
    ids.allSatisfy { id in
      let bytes = id.utf8
      return bytes.starts(with: "row-".utf8) && bytes.count > 4
        && bytes.dropFirst(4).allSatisfy { (0x30...0x39).contains($0) }
    }
  }
}

/// What rows, or prompts, are ordered by.
struct RowKeys {
  /// Of covariates and label, [row].
  private(set) var contents: [UInt64]
  /// Of those and the score, [row].
  private(set) var scored: [UInt64]

  init(_ table: CalibrationTable) {
    contents = [UInt64](repeating: 0x9e37_79b9_7f4a_7c15, count: table.count)
    for column in table.columns { Self.add(column, to: &contents) }
    if let labels = table.labels { Self.add(labels, to: &contents) }
    scored = contents
    Self.add(table.scores, to: &scored)
  }

  /// Of covariates and scores alone, which rows have wherever a calibration is applied, [row].
  static func numbers(of table: CalibrationTable) -> [UInt64] {
    var keys = [UInt64](repeating: 0x9e37_79b9_7f4a_7c15, count: table.count)
    for column in table.columns + [table.scores] { add(column, to: &keys) }
    return keys
  }

  /// Four sums over `numbers`, each of another hash of them.
  static func sums(of table: CalibrationTable) -> [UInt64] {
    var sums = SIMD4<UInt64>.zero
    let seeds = SIMD4<UInt64>(0, 1, 2, 3) &* 0xd1b5_4a32_d192_ed03
    for key in numbers(of: table) { sums &+= mixed(SIMD4(repeating: key) ^ seeds) }
    return (0..<4).map { sums[$0] }
  }

  private static func mixed(_ keys: SIMD4<UInt64>) -> SIMD4<UInt64> {
    SIMD4(mixed(keys[0]), mixed(keys[1]), mixed(keys[2]), mixed(keys[3]))
  }

  /// Those of each prompt, from all its rows in any order, [prompt].
  init(_ rows: RowKeys, _ prompts: PromptGroups) {
    contents = [UInt64](repeating: 0, count: prompts.count)
    scored = contents
    for (row, group) in prompts.groupOfRow.enumerated() {
      contents[Int(group)] &+= Self.mixed(rows.contents[row])
      scored[Int(group)] &+= Self.mixed(rows.scored[row])
    }
  }

  func ascend(_ first: Int32, _ second: Int32) -> Bool {
    let (first, second) = (Int(first), Int(second))
    return (contents[first], scored[first]) < (contents[second], scored[second])
  }

  private static func add(_ column: [Double], to keys: inout [UInt64]) {
    for row in keys.indices {
      // -0 is 0.
      keys[row] = mixed(keys[row] ^ (column[row] + 0).bitPattern)
    }
  }

  /// The finalizer of splitmix64 (Steele, Lea and Flood 2014).
  private static func mixed(_ key: UInt64) -> UInt64 {
    var mixed = key &+ 0x9e37_79b9_7f4a_7c15
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}

extension SortOrder {
  /// The ascending order of keys; what has equal keys in the order that `precedes` says.
  fileprivate static func ascending(
    by keys: RowKeys, count: Int, precedes: (Int, Int) -> Bool
  ) -> [Int32] {
    let (order, sorted) = ascending(keys: keys.contents)
    var result = order
    var start = 0
    while start < count {
      var end = start + 1
      while end < count, sorted[end] == sorted[start] { end += 1 }
      if end > start + 1 {
        result[start..<end].sort { first, second in
          let (first, second) = (Int(first), Int(second))
          let (left, right) = (keys.scored[first], keys.scored[second])
          return left == right ? precedes(first, second) : left < right
        }
      }
      start = end
    }
    return result
  }
}
