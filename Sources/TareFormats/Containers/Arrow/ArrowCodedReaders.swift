/// Readers of columns whose values are kept once: dictionaries and runs.
internal import TareCore

/// Numbers of the entries of a dictionary, which is sent before the batches that use it.
final class ArrowNamesReader: ArrowColumnReader {
  let dictionary: ArrowField.Dictionary
  private let place: String
  /// All entries of all dictionaries that came, one behind the other.
  private let values: any ArrowColumnReader
  /// The entries of the dictionary that is used now.
  private var current: Range<Int>?
  private var codes: [Int32] = []
  private var missing = ArrowMissing()

  init(_ dictionary: ArrowField.Dictionary, values: any ArrowColumnReader, _ place: String) {
    self.dictionary = dictionary
    self.values = values
    self.place = place
  }

  var count: Int { codes.count }

  /// Takes a dictionary, or more entries for the one that came before.
  func appendDictionary(_ batch: ArrowBatch, isDelta: Bool) throws(TareError) {
    let first = values.count
    do throws(TareError) {
      let added = try values.append(batch, rows: batch.rows)
      let end = first + added
      guard end <= Int(Int32.max) else { throw .arrow("more than \(Int32.max) entries") }
      current = (isDelta ? current?.lowerBound ?? first : first)..<end
    } catch {
      throw error.inside("dictionary of column '\(place)'")
    }
  }

  func append(_ batch: ArrowBatch, rows: Int?) throws(TareError) -> Int {
    let (rows, nulls) = try batch.nextNode(rows)
    let first = count
    try missing.append(try batch.nextBuffer(), rows: rows, nulls: nulls, batch.budget)
    let buffer = try batch.nextBuffer()
    try batch.budget.take(rows, 4)
    if codes.isEmpty { codes.reserveCapacity(batch.expected(rows, size: 4)) }
    switch (dictionary.bits, dictionary.isSigned) {
    case (8, true): try append(buffer.values(rows, of: Int8.self), from: first)
    case (8, false): try append(buffer.values(rows, of: UInt8.self), from: first)
    case (16, true): try append(buffer.values(rows, of: Int16.self), from: first)
    case (16, false): try append(buffer.values(rows, of: UInt16.self), from: first)
    case (32, true): try append(buffer.values(rows, of: Int32.self), from: first)
    case (32, false): try append(buffer.values(rows, of: UInt32.self), from: first)
    case (_, true): try append(buffer.values(rows, of: Int64.self), from: first)
    case (_, false): try append(buffer.values(rows, of: UInt64.self), from: first)
    }
    batch.release()
    return rows
  }

  private func append<Index: FixedWidthInteger & BitwiseCopyable>(
    _ indices: ArrowValues<Index>, from first: Int
  ) throws(TareError) {
    let entries = current ?? 0..<0
    for row in 0..<indices.count {
      let index = indices[row]
      if let index = Int(exactly: index), index >= 0, index < entries.count {
        codes.append(Int32(truncatingIfNeeded: entries.lowerBound + index))
      } else if missing.isMissing(first + row) {
        codes.append(0)
      } else {
        let found = current == nil ? "no dictionary" : "a dictionary of \(entries.count) entries"
        throw .arrow("entry \(index) of \(found)")
      }
    }
  }

  func column(_ budget: ArrowBudget) throws(TareError) -> Column {
    let entries = try values.column(budget)
    guard entries.count > 0 else { return Column(.nothing(count: count)) }
    guard case .texts(let texts) = entries.values else {
      let rows = codes.map(Int.init)
      try budget.take(selecting: rows, of: entries)
      var column = entries.selecting(rows)
      column.missing = joined(column.missing)
      return column
    }
    let none = entries.missing.map { none in codes.map { none[Int($0)] } }
    let (names, numbers) = try distinct(texts, budget)
    let renumbered = numbers.map { numbers in codes.map { numbers[Int($0)] } }
    return Column(.names(codes: renumbered ?? codes, texts: names), missing: joined(none))
  }

  /// Rows without a value: those without an entry, and those whose entry is null.
  private func joined(_ other: [Bool]?) -> [Bool]? {
    guard let own = missing.column else { return other?.contains(true) == true ? other : nil }
    guard let other else { return own }
    return zip(own, other).map { $0 || $1 }
  }

  /// Each text once, and for each entry the number of its text; nil where it is the entry's own.
  private func distinct(
    _ texts: Texts, _ budget: ArrowBudget
  ) throws(TareError) -> (names: Texts, numbers: [Int32]?) {
    // The bytes, and for each a hash, an end and slots.
    try budget.take(texts.bytes.count)
    try budget.take(texts.count, 40)
    var known = InternedNames()
    var numbers: [Int32] = []
    numbers.reserveCapacity(texts.count)
    for row in 0..<texts.count {
      let (start, end) = (texts.starts[row], texts.starts[row + 1])
      numbers.append(known.number(in: texts.bytes.span, start, end))
    }
    guard known.count < texts.count else { return (texts, nil) }
    var names = Texts()
    names.reserve(texts: known.count, bytes: texts.bytes.count)
    for name in 0..<known.count { names.append(known[name].utf8) }
    return (names, numbers)
  }
}

/// Runs of one value each, by the row where each run ends.
final class ArrowRunsReader: ArrowColumnReader {
  private let bits: Int
  private let values: any ArrowColumnReader
  /// The number of each row's value.
  private var picks: [Int] = []

  init(bits: Int, _ values: any ArrowColumnReader) {
    self.bits = bits
    self.values = values
  }

  var count: Int { picks.count }

  func append(_ batch: ArrowBatch, rows: Int?) throws(TareError) -> Int {
    let (rows, _) = try batch.nextNode(rows)
    let (runs, nulls) = try batch.nextNode()
    guard nulls == 0 else { throw .arrow("runs without an end") }
    _ = try batch.nextBuffer()
    let buffer = try batch.nextBuffer()
    let ends =
      switch bits {
      case 16: try ArrowNumbers.copy(buffer, runs, Int16.self, batch)
      case 32: try ArrowNumbers.copy(buffer, runs, Int32.self, batch)
      default: try ArrowNumbers.copy(buffer, runs, Int64.self, batch)
      }
    batch.release()
    let first = values.count
    _ = try values.append(batch, rows: runs)
    try batch.budget.take(rows, 8)
    var end = 0
    for (run, next) in ends.enumerated() {
      guard next > end else { throw .arrow("a run that ends at \(next), behind one at \(end)") }
      // The last may go on in rows that were cut off.
      let last = min(next, rows)
      if last > end { picks.append(contentsOf: repeatElement(first + run, count: last - end)) }
      end = next
    }
    guard end >= rows else { throw .arrow("runs of \(end) rows for \(rows)") }
    batch.budget.giveBack(8 * runs)
    return rows
  }

  func column(_ budget: ArrowBudget) throws(TareError) -> Column {
    let values = try values.column(budget)
    try budget.take(selecting: picks, of: values)
    return values.selecting(picks)
  }
}
