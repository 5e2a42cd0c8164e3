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
    for (index, byte) in bytes.enumerated() {
      for bit in 0..<min(8, rows - 8 * index) { values.append(byte >> bit & 1 == 1) }
    }
    batch.release()
    return rows
  }

  func column(_ budget: ArrowBudget) -> Column { Column(.bools(values), missing: missing.column) }
}

final class ArrowIntegersReader<Stored: FixedWidthInteger & BitwiseCopyable>: ArrowColumnReader {
  /// By their bits: those of 64 without a sign may be above what an `Int64` holds.
  private var values: [Int64] = []
  private var missing = ArrowMissing()

  var count: Int { values.count }

  func append(_ batch: ArrowBatch, rows: Int?) throws(TareError) -> Int {
    let (rows, nulls) = try batch.nextNode(rows)
    try missing.append(try batch.nextBuffer(), rows: rows, nulls: nulls, batch.budget)
    let stored = try batch.nextBuffer().values(rows, of: Stored.self)
    try batch.budget.take(rows, 8)
    if values.isEmpty { values.reserveCapacity(batch.expected(rows, size: 8)) }
    if let whole = stored as? ArrowValues<Int64> {
      whole.append(to: &values)
    } else {
      for value in stored { values.append(Int64(truncatingIfNeeded: value)) }
    }
    batch.release()
    return rows
  }

  func column(_ budget: ArrowBudget) throws(TareError) -> Column {
    if Stored.self == UInt64.self, let texts = try unsigned(budget) { return texts }
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

final class ArrowNumbersReader<Stored: BitwiseCopyable>: ArrowColumnReader {
  private var values: [Double] = []
  private var missing = ArrowMissing()
  private let number: (Stored) -> Double

  init(_ number: @escaping (Stored) -> Double) { self.number = number }

  var count: Int { values.count }

  func append(_ batch: ArrowBatch, rows: Int?) throws(TareError) -> Int {
    let (rows, nulls) = try batch.nextNode(rows)
    try missing.append(try batch.nextBuffer(), rows: rows, nulls: nulls, batch.budget)
    let stored = try batch.nextBuffer().values(rows, of: Stored.self)
    try batch.budget.take(rows, 8)
    if values.isEmpty { values.reserveCapacity(batch.expected(rows, size: 8)) }
    if let whole = stored as? ArrowValues<Double> {
      whole.append(to: &values)
    } else {
      for value in stored { values.append(number(value)) }
    }
    batch.release()
    return rows
  }

  func column(_ budget: ArrowBudget) -> Column { Column(.numbers(values), missing: missing.column) }
}
