/// Texts or bytes on their way to a column.
internal import TareCore

struct ArrowTexts {
  private var bytes: [UInt8] = []
  private var starts: [Int] = [0]
  var missing = ArrowMissing()
  /// Whether the values are UTF-8 by their type; else they are bytes, texts where all are UTF-8.
  let isText: Bool

  init(isText: Bool) { self.isText = isText }

  var count: Int { starts.count - 1 }

  mutating func reserve(_ batch: ArrowBatch, texts: Int, bytes size: Int) {
    guard starts.count == 1 else { return }
    starts.reserveCapacity(batch.expected(texts, size: 8) + 1)
    bytes.reserveCapacity(batch.expected(size, size: 1))
  }

  /// Takes a value that its type or its writer's own rules make UTF-8.
  mutating func append(_ value: some Sequence<UInt8>) {
    bytes.append(contentsOf: value)
    starts.append(bytes.count)
  }

  /// A batch's values, one behind the other.
  ///
  /// - Parameter offsets: where each begins, and where the last ends.
  mutating func append<Offset: FixedWidthInteger & BitwiseCopyable>(
    _ data: ArrowBytes, offsets: ArrowValues<Offset>, _ batch: ArrowBatch
  ) throws(TareError) {
    guard offsets.count > 0, let first = Int(exactly: offsets[0]), first >= 0, first <= data.count
    else { throw .arrow("texts that begin past \(data.count) bytes") }
    let row = count
    let shift = bytes.count - first
    var end = first
    reserve(batch, texts: offsets.count - 1, bytes: data.count)
    for index in 1..<offsets.count {
      let next = Int(truncatingIfNeeded: offsets[index])
      guard next >= end, next <= data.count else {
        throw .arrow("a text from \(end) to \(next) of \(data.count) bytes")
      }
      end = next
      starts.append(next + shift)
    }
    let content = try data.slice(first, end - first)
    try batch.budget.take(content.count)
    bytes.append(contentsOf: content.buffer)
    if isText { try check(from: row) }
  }

  /// Values from here and there: `value` gives the bytes of a row.
  mutating func append(
    rows: Int, _ batch: ArrowBatch, _ value: (Int) throws(TareError) -> ArrowBytes
  ) throws(TareError) {
    let first = count
    for row in 0..<rows {
      let value = missing.isMissing(first + row) ? .empty : try value(row)
      try batch.budget.take(value.count)
      bytes.append(contentsOf: value.buffer)
      starts.append(bytes.count)
    }
    if isText { try check(from: first) }
  }

  /// Whether all rows from one on are UTF-8 each by itself.
  private func firstInvalid(from first: Int) -> Int? {
    let begin = starts[first]
    let isWhole = (try? UTF8Span(validating: bytes.span.extracting(begin...))) != nil
    // A letter's second byte cannot begin a text.
    if isWhole,
      (first..<count).allSatisfy({ row in
        starts[row] == bytes.count || bytes[starts[row]] & 0xC0 != 0x80
      })
    {
      return nil
    }
    return (first..<count).first { row in
      let text = bytes.span.extracting(starts[row]..<starts[row + 1])
      return (try? UTF8Span(validating: text)) == nil
    }
  }

  private mutating func check(from first: Int) throws(TareError) {
    // What stands where there is no value is of no matter, but must be UTF-8 as all else.
    guard let row = firstInvalid(from: first) else { return }
    guard missing.isMissing(row) else {
      throw .badData(
        place: "row \(row + 1)", found: "a text that is not UTF-8", accepted: "UTF-8 text")
    }
    throw .arrow("bytes that are not UTF-8 where row \(row + 1) has no value")
  }

  /// Bytes that are not UTF-8 become their hexadecimal digits, in all rows of the column.
  func column(_ budget: ArrowBudget) throws(TareError) -> Column {
    if isText || firstInvalid(from: 0) == nil {
      return Column(.texts(Texts(bytes: bytes, starts: starts)), missing: missing.column)
    }
    try budget.take(2 * bytes.count)
    var digits: [UInt8] = []
    digits.reserveCapacity(2 * bytes.count)
    for byte in bytes { digits += [hexadecimal[Int(byte >> 4)], hexadecimal[Int(byte & 15)]] }
    let starts = starts.map { 2 * $0 }
    return Column(.texts(Texts(bytes: digits, starts: starts)), missing: missing.column)
  }
}

let hexadecimal = Array("0123456789abcdef".utf8)
