/// Byte arrays on their way to a column: codes of a dictionary as long as all pages have one, else
/// one
/// behind the other.
internal import TareCore

struct TextValues: Sendable {
  /// Where each ends, behind a 0, [value + 1]; of the dictionary's texts while there are codes.
  private var starts: [Int] = [0]
  private var bytes: [UInt8] = []
  /// Into the dictionary, [value]; nil for texts that stand for themselves.
  private var codes: [Int32]?
  private var interned = InternedTexts()

  var count: Int { codes?.count ?? starts.count - 1 }

  var values: Column.Values {
    guard let codes else { return .texts(Texts(bytes: bytes, starts: starts)) }
    // Whoever looks a missing one up must not fail by it.
    let known = codes.contains { $0 < 0 } ? codes.map { max($0, 0) } : codes
    return .names(codes: known, texts: Texts(bytes: interned.bytes, starts: interned.starts))
  }

  /// Makes room for texts that stand for themselves.
  mutating func reserve(_ count: Int, bytes: Int) {
    starts.reserveCapacity(count + 1)
    self.bytes.reserveCapacity(bytes)
  }

  // MARK: - Texts

  /// Values in PLAIN encoding, each behind its length.
  mutating func addPlain(
    _ page: ParquetBytes, count: Int, _ budget: ParquetBudget
  ) throws(TareError) {
    try flatten(budget)
    guard count <= page.count / 4 else { throw .parquetEnd }
    let room = page.count - 4 * count
    let first = bytes.count
    var ends: [Int] = []
    swap(&ends, &starts)
    defer { swap(&ends, &starts) }
    var end = first
    var position = 0
    bytes.append(contentsOf: repeatElement(0, count: room))
    let source = page.buffer
    let limit = page.count
    let isWhole = bytes.withUnsafeMutableBytes { target -> Bool in
      for _ in 0..<count {
        guard position <= limit - 4 else { return false }
        let length = Int(
          UInt32(littleEndian: source.loadUnaligned(fromByteOffset: position, as: UInt32.self)))
        position += 4
        // The bytes that are left are as many as the lengths and texts that follow: no end passes
        // `room`
        // while there are lengths to come.
        guard length <= limit - position, length <= first + room - end else { return false }
        Self.copy(source, position, to: target, end, length)
        position += length
        end += length
        ends.append(end)
      }
      return true
    }
    guard isWhole else { throw .parquetEnd }
    bytes.removeLast(bytes.count - end)
  }

  /// A few bytes are copied at once; most texts of columns that are not prose are short.
  @inline(__always)
  private static func copy(
    _ source: UnsafeRawBufferPointer, _ from: Int, to target: UnsafeMutableRawBufferPointer,
    _ place: Int, _ length: Int
  ) {
    if length <= 16, from <= source.count - 16, place <= target.count - 16 {
      let word = source.loadUnaligned(fromByteOffset: from, as: SIMD16<UInt8>.self)
      target.storeBytes(of: word, toByteOffset: place, as: SIMD16<UInt8>.self)
    } else if length > 0, let source = source.baseAddress, let target = target.baseAddress {
      (target + place).copyMemory(from: source + from, byteCount: length)
    }
  }

  /// Values of one size, one behind the other.
  mutating func addFixed(
    _ page: ParquetBytes, count: Int, size: Int, _ budget: ParquetBudget
  ) throws(TareError) {
    try flatten(budget)
    let (total, overflow) = count.multipliedReportingOverflow(by: size)
    guard !overflow else { throw .parquetEnd }
    let first = bytes.count
    bytes.append(contentsOf: try page.slice(0, total).buffer)
    for index in 0..<count { starts.append(first + (index + 1) * size) }
  }

  /// Values in DELTA_LENGTH_BYTE_ARRAY encoding: all lengths, then all bytes.
  mutating func addDeltaLengths(
    _ page: ParquetBytes, count: Int, _ budget: ParquetBudget
  ) throws(TareError) {
    try flatten(budget)
    let (lengths, position) = try Self.lengths(page, count: count)
    let rest = try page.from(position)
    let first = bytes.count
    var end = 0
    for length in lengths {
      guard length >= 0, length <= Int64(rest.count - end) else {
        throw .parquet("a text of \(length) bytes")
      }
      end += Int(length)
      starts.append(first + end)
    }
    bytes.append(contentsOf: try rest.slice(0, end).buffer)
  }

  /// Values in DELTA_BYTE_ARRAY encoding: each begins as the one before it.
  ///
  /// - Parameter size: bytes that each must have; nil for any.
  mutating func addDeltaTexts(
    _ page: ParquetBytes, count: Int, size: Int?, _ budget: ParquetBudget
  ) throws(TareError) {
    try flatten(budget)
    let (prefixes, position) = try Self.lengths(page, count: count)
    let rest = try page.from(position)
    let (suffixes, start) = try Self.lengths(rest, count: count)
    let tail = try rest.from(start)
    var position2 = 0
    var previous = 0..<0
    for index in 0..<count {
      let (prefix, suffix) = (prefixes[index], suffixes[index])
      guard prefix >= 0, prefix <= Int64(previous.count), suffix >= 0,
        suffix <= Int64(tail.count - position2)
      else { throw .parquet("a text of \(prefix) and \(suffix) bytes") }
      try budget.take(Int(prefix))
      let begin = bytes.count
      for offset in previous.lowerBound..<previous.lowerBound + Int(prefix) {
        bytes.append(bytes[offset])
      }
      bytes.append(contentsOf: try tail.slice(position2, Int(suffix)).buffer)
      position2 += Int(suffix)
      previous = begin..<bytes.count
      if let size, previous.count != size {
        throw .parquet("a value of \(previous.count) bytes, where all have \(size)")
      }
      starts.append(bytes.count)
    }
  }

  /// Lengths in DELTA_BINARY_PACKED encoding, and where they end.
  private static func lengths(
    _ bytes: ParquetBytes, count: Int
  ) throws(TareError) -> (lengths: [Int64], end: Int) {
    var reader = DeltaReader(bytes)
    var lengths = [Int64](repeating: 0, count: count)
    let result: Result<Void, TareError> = lengths.withUnsafeMutableBufferPointer { out in
      Result { () throws(TareError) in try reader.read(into: out) }
    }
    try result.get()
    return (lengths, reader.position)
  }

  // MARK: - Codes

  /// Values by their place in a chunk's dictionary, each of them below its count.
  mutating func add(
    codes added: UnsafeBufferPointer<UInt32>, of dictionary: inout ChunkDictionary,
    _ budget: ParquetBudget
  ) throws(TareError) {
    if codes == nil, starts.count == 1 {
      codes = []
      codes?.reserveCapacity(starts.capacity)
    }
    guard codes != nil else {
      for code in added {
        try budget.take(dictionary.length(Int(code)))
        bytes.append(contentsOf: dictionary.bytes[dictionary.range(Int(code))])
        starts.append(bytes.count)
      }
      return
    }
    if dictionary.numbers == nil { dictionary.numbers = interned.numbers(of: dictionary) }
    guard let numbers = dictionary.numbers else { return }
    codes?.append(contentsOf: added.lazy.map { numbers[Int($0)] })
  }

  /// Takes the texts out of the dictionary.
  private mutating func flatten(_ budget: ParquetBudget) throws(TareError) {
    guard let codes else { return }
    var total = 0
    for code in codes where code >= 0 { total += interned.range(Int(code)).count }
    try budget.take(total)
    for code in codes {
      if code >= 0 { bytes.append(contentsOf: interned.bytes[interned.range(Int(code))]) }
      starts.append(bytes.count)
    }
    self.codes = nil
    interned = InternedTexts()
  }

  // MARK: - Places for what is missing

  mutating func spread(from first: Int, _ levels: [UInt8]) {
    if var codes {
      self.codes = nil
      // A code of no text where there is none at all.
      LeafValues.spread(&codes, from: first, levels, filler: interned.count > 0 ? 0 : -1)
      self.codes = codes
      return
    }
    // Those that are missing are empty: they end where the one before them ends.
    var next = starts.count - 1
    starts.append(
      contentsOf: repeatElement(bytes.count, count: levels.count - (starts.count - 1 - first)))
    for index in levels.indices.reversed() {
      starts[first + index + 1] = starts[next]
      if levels[index] > 0 { next -= 1 }
    }
  }

  // MARK: - Parts

  mutating func append(_ other: TextValues, _ budget: ParquetBudget) throws(TareError) {
    if count == 0 {
      self = other
      return
    }
    guard other.count > 0 else { return }
    if codes != nil, let added = other.codes {
      var dictionary = ChunkDictionary(bytes: other.interned.bytes, starts: other.interned.starts)
      let numbers = interned.numbers(of: dictionary)
      dictionary.numbers = numbers
      codes?.append(contentsOf: added.map { $0 < 0 ? $0 : numbers[Int($0)] })
      return
    }
    var other = other
    try flatten(budget)
    try other.flatten(budget)
    let shift = bytes.count
    bytes += other.bytes
    starts.append(contentsOf: other.starts.dropFirst().map { $0 + shift })
  }
}
