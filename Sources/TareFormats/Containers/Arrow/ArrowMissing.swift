/// Which rows of a column have no value, as batch after batch tells it.
internal import TareCore

struct ArrowMissing {
  /// nil as long as all rows have one.
  private(set) var flags: [Bool]?
  private(set) var count = 0

  /// A batch's rows: a bit a row, set where there is a value; no bits where all rows have one.
  mutating func append(
    _ bits: ArrowBytes, rows: Int, nulls: Int, _ budget: ArrowBudget
  ) throws(TareError) {
    guard nulls != 0, !bits.isEmpty else {
      if flags != nil { try budget.take(rows) }
      flags?.append(contentsOf: repeatElement(false, count: rows))
      count += rows
      return
    }
    let bytes = try bits.values((rows + 7) / 8, of: UInt8.self)
    try budget.take(rows)
    if flags == nil {
      try budget.take(count)
      flags = [Bool](repeating: false, count: count)
    }
    count += rows
    // Eight rows a byte, the lowest bit first.
    for row in 0..<rows { flags?.append(bytes[row >> 3] >> (row & 7) & 1 == 0) }
  }

  /// More rows of which it is known.
  mutating func append(_ added: [Bool], _ budget: ArrowBudget) throws(TareError) {
    try budget.take(added.count)
    if flags == nil, added.contains(true) {
      try budget.take(count)
      flags = [Bool](repeating: false, count: count)
    }
    flags?.append(contentsOf: added)
    count += added.count
  }

  func isMissing(_ row: Int) -> Bool { flags?[row] ?? false }

  var column: [Bool]? { flags?.contains(true) == true ? flags : nil }
}
