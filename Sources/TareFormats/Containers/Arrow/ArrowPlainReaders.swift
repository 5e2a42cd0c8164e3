/// Readers of columns whose values stand one behind the other.
internal import TareCore

final class ArrowNothingReader: ArrowColumnReader {
  private(set) var count = 0

  func append(_ batch: ArrowBatch, rows: Int?) throws(TareError) -> Int {
    let (rows, _) = try batch.nextNode(rows)
    // They take no memory here, but who reads them has a place for each.
    try batch.budget.take(rows)
    count += rows
    return rows
  }

  func column(_ budget: ArrowBudget) -> Column { Column(.nothing(count: count)) }
}

final class ArrowBoolsReader: ArrowColumnReader {
  private var values: [Bool] = []
  private var missing = ArrowMissing()

  var count: Int { values.count }

  func append(_ batch: ArrowBatch, rows: Int?) throws(TareError) -> Int {
    let (rows, nulls) = try batch.nextNode(rows)
    try missing.append(try batch.nextBuffer(), rows: rows, nulls: nulls, batch.budget)
    let bytes = try batch.nextBuffer().values(rows / 8 + (rows % 8 > 0 ? 1 : 0), of: UInt8.self)
    try batch.budget.take(rows)
    if values.isEmpty { values.reserveCapacity(batch.expected(rows, size: 1)) }
    for row in 0..<rows { values.append(bytes[row >> 3] >> (row & 7) & 1 == 1) }
    batch.release()
    return rows
  }

  func column(_ budget: ArrowBudget) -> Column { Column(.bools(values), missing: missing.column) }
}

// Not generic itself: methods of generic classes are not compiled for each type.
final class ArrowIntegersReader: ArrowColumnReader {
  private let bits: Int
  private let isSigned: Bool
  /// By their bits: those of 64 without a sign may be above what an `Int64` holds.
  private var values: [Int64] = []
  private var missing = ArrowMissing()

  init(bits: Int, isSigned: Bool) {
    self.bits = bits
    self.isSigned = isSigned
  }

  var count: Int { values.count }

  func append(_ batch: ArrowBatch, rows: Int?) throws(TareError) -> Int {
    let (rows, nulls) = try batch.nextNode(rows)
    try missing.append(try batch.nextBuffer(), rows: rows, nulls: nulls, batch.budget)
    let stored = try batch.nextBuffer()
    try batch.budget.take(rows, 8)
    if values.isEmpty { values.reserveCapacity(batch.expected(rows, size: 8)) }
    switch (bits, isSigned) {
    case (8, true): append(try stored.values(rows, of: Int8.self))
    case (8, false): append(try stored.values(rows, of: UInt8.self))
    case (16, true): append(try stored.values(rows, of: Int16.self))
    case (16, false): append(try stored.values(rows, of: UInt16.self))
    case (32, true): append(try stored.values(rows, of: Int32.self))
    case (32, false): append(try stored.values(rows, of: UInt32.self))
    default: try stored.values(rows, of: Int64.self).append(to: &values)
    }
    batch.release()
    return rows
  }

  private func append<Stored: FixedWidthInteger & BitwiseCopyable>(_ stored: ArrowValues<Stored>) {
    for index in 0..<stored.count { values.append(Int64(truncatingIfNeeded: stored[index])) }
  }

  func column(_ budget: ArrowBudget) throws(TareError) -> Column {
    if bits == 64, !isSigned, let texts = try unsigned(budget) { return texts }
    return Column(.integers(values), missing: missing.column)
  }

  /// Hashes and ids, of which all digits count, as texts; nil where integers hold all of them.
  private func unsigned(_ budget: ArrowBudget) throws(TareError) -> Column? {
    guard values.indices.contains(where: { values[$0] < 0 && !missing.isMissing($0) }) else {
      return nil
    }
    // At most 20 digits, and where they begin.
    try budget.take(values.count, 28)
    var texts = Texts()
    for value in values { texts.append(String(UInt64(bitPattern: value)).utf8) }
    return Column(.texts(texts), missing: missing.column)
  }
}

final class ArrowNumbersReader: ArrowColumnReader {
  private let bits: Int
  private var values: [Double] = []
  private var missing = ArrowMissing()

  init(bits: Int) { self.bits = bits }

  var count: Int { values.count }

  func append(_ batch: ArrowBatch, rows: Int?) throws(TareError) -> Int {
    let (rows, nulls) = try batch.nextNode(rows)
    try missing.append(try batch.nextBuffer(), rows: rows, nulls: nulls, batch.budget)
    let stored = try batch.nextBuffer()
    try batch.budget.take(rows, 8)
    if values.isEmpty { values.reserveCapacity(batch.expected(rows, size: 8)) }
    switch bits {
    case 16:
      let halves = try stored.values(rows, of: Float16.self)
      for row in 0..<rows { values.append(Double(halves[row])) }
    case 32:
      let singles = try stored.values(rows, of: Float.self)
      for row in 0..<rows { values.append(Double(singles[row])) }
    default: try stored.values(rows, of: Double.self).append(to: &values)
    }
    batch.release()
    return rows
  }

  func column(_ budget: ArrowBudget) -> Column { Column(.numbers(values), missing: missing.column) }
}
