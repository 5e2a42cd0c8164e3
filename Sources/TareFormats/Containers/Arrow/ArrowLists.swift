/// Lists on their way to a column: which of the elements each row has.
internal import TareCore

struct ArrowLists {
  var missing = ArrowMissing()
  /// Where each row's elements begin, and where the last's end, [row + 1].
  private var starts: [Int] = [0]
  /// The elements in the order of the rows; nil as long as they stand so by themselves.
  private var picks: [Int]?

  var count: Int { starts.count - 1 }

  /// A batch's rows.
  ///
  /// - Parameters:
  ///   - offsets: where each row begins among the batch's elements, and where the last ends.
  ///   - elements: the numbers of the batch's elements.
  mutating func append(
    offsets: [Int], of elements: Range<Int>, _ budget: ArrowBudget
  ) throws(TareError) {
    if picks == nil, offsets.first == 0, offsets.last == elements.count {
      try budget.take(offsets.count, 8)
      var end = 0
      for offset in offsets.dropFirst() {
        try Self.check(end, offset, elements.count)
        end = offset
        starts.append(elements.lowerBound + offset)
      }
    } else {
      let starts = Array(offsets.dropLast())
      try append(starts: starts, ends: Array(offsets.dropFirst()), of: elements, budget)
    }
  }

  /// A batch's rows, whose elements may stand in any order.
  mutating func append(
    starts begins: [Int], ends: [Int], of elements: Range<Int>, _ budget: ArrowBudget
  ) throws(TareError) {
    if picks == nil {
      try budget.take(elements.lowerBound, 8)
      picks = Array(0..<elements.lowerBound)
    }
    try budget.take(ends.count, 8)
    for (start, end) in zip(begins, ends) {
      if !missing.isMissing(count) {
        try Self.check(start, end, elements.count)
        try budget.take(end - start, 8)
        let shift = elements.lowerBound
        picks?.append(contentsOf: (start + shift)..<(end + shift))
      }
      starts.append(picks?.count ?? 0)
    }
  }

  private static func check(_ start: Int, _ end: Int, _ count: Int) throws(TareError) {
    guard start >= 0, start <= end, end <= count else {
      throw .arrow("a list from \(start) to \(end) of \(count) elements")
    }
  }

  func column(
    _ reader: any ArrowColumnReader, _ budget: ArrowBudget
  ) throws(TareError) -> Column {
    var elements = try reader.column(budget)
    if let picks {
      try budget.take(selecting: picks, of: elements)
      elements = elements.selecting(picks)
    }
    return Column(.lists(starts: starts, elements: elements), missing: missing.column)
  }
}

extension ArrowBudget {
  /// What `Column.selecting` makes: rows that are picked again and again can be far more than there were.
  func take(selecting rows: [Int], of column: Column) throws(TareError) {
    if column.missing != nil { try take(rows.count) }
    switch column.values {
    case .bools: try take(rows.count)
    case .integers, .numbers: try take(rows.count, 8)
    case .names: try take(rows.count, 4)
    case .nothing: try take(rows.count)
    case .texts(let texts):
      try take(rows.count, 8)
      for row in rows { try take(texts.starts[row + 1] - texts.starts[row]) }
    case .lists(let starts, let elements):
      try take(rows.count, 8)
      var picked: [Int] = []
      for row in rows {
        // Once here, and once where they are selected.
        try take(starts[row + 1] - starts[row], 16)
        picked.append(contentsOf: starts[row]..<starts[row + 1])
      }
      try take(selecting: picked, of: elements)
    case .objects(let members, _):
      for member in members { try take(selecting: rows, of: member.column) }
    }
  }
}
