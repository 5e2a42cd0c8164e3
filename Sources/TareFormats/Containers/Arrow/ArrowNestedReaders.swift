/// Readers of lists and structs, whose values are columns of their own.
internal import TareCore

/// Elements one behind the other, behind offsets of 32 or 64 bits.
final class ArrowListsReader: ArrowColumnReader {
  private let elements: any ArrowColumnReader
  private let isLarge: Bool
  private var lists = ArrowLists()

  init(_ elements: any ArrowColumnReader, isLarge: Bool) {
    self.elements = elements
    self.isLarge = isLarge
  }

  var count: Int { lists.count }

  func append(_ batch: ArrowBatch, rows: Int?) throws(TareError) -> Int {
    let (rows, nulls) = try batch.nextNode(rows)
    try lists.missing.append(try batch.nextBuffer(), rows: rows, nulls: nulls, batch.budget)
    let buffer = try batch.nextBuffer()
    // A column without rows may have no offsets at all.
    let offsets = try ArrowNumbers.copy(buffer, rows > 0 ? rows + 1 : 0, isLarge, batch)
    batch.release()
    let first = elements.count
    let added = try elements.append(batch, rows: nil)
    if rows > 0 { try lists.append(offsets: offsets, of: first..<first + added, batch.budget) }
    batch.budget.giveBack(8 * offsets.count)
    return rows
  }

  func column(_ budget: ArrowBudget) throws(TareError) -> Column {
    try lists.column(elements, budget)
  }
}

/// Elements anywhere: where those of a row begin, and how many they are.
final class ArrowListViewsReader: ArrowColumnReader {
  private let elements: any ArrowColumnReader
  private let isLarge: Bool
  private var lists = ArrowLists()

  init(_ elements: any ArrowColumnReader, isLarge: Bool) {
    self.elements = elements
    self.isLarge = isLarge
  }

  var count: Int { lists.count }

  func append(_ batch: ArrowBatch, rows: Int?) throws(TareError) -> Int {
    let (rows, nulls) = try batch.nextNode(rows)
    try lists.missing.append(try batch.nextBuffer(), rows: rows, nulls: nulls, batch.budget)
    let starts = try ArrowNumbers.copy(try batch.nextBuffer(), rows, isLarge, batch)
    let sizes = try ArrowNumbers.copy(try batch.nextBuffer(), rows, isLarge, batch)
    batch.release()
    let first = elements.count
    let added = try elements.append(batch, rows: nil)
    let ends = zip(starts, sizes).map { $0.addingReportingOverflow($1).partialValue }
    try lists.append(starts: starts, ends: ends, of: first..<first + added, batch.budget)
    batch.budget.giveBack(16 * rows)
    return rows
  }

  func column(_ budget: ArrowBudget) throws(TareError) -> Column {
    try lists.column(elements, budget)
  }
}

/// As many elements for each row.
final class ArrowFixedListsReader: ArrowColumnReader {
  private let elements: any ArrowColumnReader
  private let size: Int
  private var lists = ArrowLists()

  init(_ elements: any ArrowColumnReader, size: Int) {
    self.elements = elements
    self.size = size
  }

  var count: Int { lists.count }

  func append(_ batch: ArrowBatch, rows: Int?) throws(TareError) -> Int {
    let (rows, nulls) = try batch.nextNode(rows)
    try lists.missing.append(try batch.nextBuffer(), rows: rows, nulls: nulls, batch.budget)
    batch.release()
    try batch.budget.take(rows, 8)
    let (total, overflow) = rows.multipliedReportingOverflow(by: size)
    guard !overflow else { throw .arrow("\(rows) lists of \(size) elements") }
    let first = elements.count
    _ = try elements.append(batch, rows: total)
    let offsets = (0...rows).map { $0 * size }
    try lists.append(offsets: offsets, of: first..<first + total, batch.budget)
    batch.budget.giveBack(8 * rows)
    return rows
  }

  func column(_ budget: ArrowBudget) throws(TareError) -> Column {
    try lists.column(elements, budget)
  }
}

final class ArrowStructsReader: ArrowColumnReader {
  private let members: [(name: String, reader: any ArrowColumnReader)]
  private var missing = ArrowMissing()

  init(_ members: [(name: String, reader: any ArrowColumnReader)]) { self.members = members }

  var count: Int { missing.count }

  func append(_ batch: ArrowBatch, rows: Int?) throws(TareError) -> Int {
    let (rows, nulls) = try batch.nextNode(rows)
    try missing.append(try batch.nextBuffer(), rows: rows, nulls: nulls, batch.budget)
    batch.release()
    // What has no members takes no memory here, but who reads it has a place for each.
    try batch.budget.take(rows)
    for member in members { _ = try member.reader.append(batch, rows: rows) }
    return rows
  }

  func column(_ budget: ArrowBudget) throws(TareError) -> Column {
    var columns: [Column.Member] = []
    for member in members {
      columns.append(.init(name: member.name, column: try member.reader.column(budget)))
    }
    return Column(.objects(columns, count: count), missing: missing.column)
  }
}

enum ArrowNumbers {
  /// Offsets in an array of their own, for which the budget is asked.
  ///
  /// - Parameter isLarge: of 64 bits each, else of 32.
  static func copy(
    _ bytes: ArrowBytes, _ count: Int, _ isLarge: Bool, _ batch: ArrowBatch
  ) throws(TareError) -> [Int] {
    isLarge
      ? try copy(bytes, count, Int64.self, batch) : try copy(bytes, count, Int32.self, batch)
  }

  static func copy<Number: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: ArrowBytes, _ count: Int, _ type: Number.Type, _ batch: ArrowBatch
  ) throws(TareError) -> [Int] {
    let numbers = try bytes.values(count, of: Number.self)
    try batch.budget.take(count, 8)
    return (0..<count).map { Int(truncatingIfNeeded: numbers[$0]) }
  }
}
