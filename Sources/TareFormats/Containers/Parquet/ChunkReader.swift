/// Reads the pages of one leaf, chunk after chunk.
internal import TareCore

struct ChunkReader {
  private let file: ParquetBytes
  private let budget: ParquetBudget
  private(set) var values: LeafValues
  private let leaf: ParquetLeaf
  // Used again for each page.
  private var definitions: [UInt8] = []
  private var repetitions: [UInt8] = []
  private var codes: [UInt32] = []

  init(_ file: ParquetBytes, _ leaf: ParquetLeaf, _ budget: ParquetBudget) {
    self.file = file
    self.leaf = leaf
    self.budget = budget
    values = LeafValues(leaf)
  }

  /// A chunk's dictionary.
  private enum Lookup {
    case none
    case integers([Int64])
    case numbers([Double])
    case texts(ChunkDictionary)

    var count: Int {
      switch self {
      case .none: 0
      case .integers(let values): values.count
      case .numbers(let values): values.count
      case .texts(let texts): texts.count
      }
    }
  }

  /// Makes room for the values of row groups that are said to have that many, so that they are not
  /// moved
  /// as they grow. Past these limits what a damaged file says is not worth the memory.
  mutating func reserve(_ count: Int, bytes: Int) {
    let most = budget.maximumBytes
    values.reserve(
      min(max(count, 0), 1 << 24, most / 16), bytes: min(max(bytes, 0), 1 << 28, most / 2))
  }

  /// - Parameter rowCount: rows of the row group.
  mutating func read(
    _ chunk: ParquetMetadata.Chunk, rowCount: Int
  ) throws(TareError) {
    guard !chunk.isEncrypted else {
      throw .unsupportedParquet("encrypted values", accepted: "Parquet without encryption")
    }
    guard !chunk.isElsewhere else {
      throw .unsupportedParquet("values in another file", accepted: "values in the file itself")
    }
    guard chunk.hasMetadata, chunk.physical == leaf.physical.rawValue else {
      throw .parquet("values of a type that is not the schema's")
    }
    if leaf.repetition == 0, chunk.valueCount != rowCount {
      throw .parquet("\(chunk.valueCount) values for \(rowCount) rows")
    }
    let inflater = ParquetInflater(try ParquetCodec(number: chunk.codec))
    // Some writers leave a dictionary's offset at 0.
    var start = chunk.dataOffset
    if let offset = chunk.dictionaryOffset, offset > 0 { start = min(start, offset) }
    // Pages say themselves where they end, and old writers give chunks a few bytes too many.
    let bytes = try file.slice(start, min(chunk.compressedSize, max(0, file.count - start)))
    var position = 0
    var lookup = Lookup.none
    var rest = chunk.valueCount
    while rest > 0 {
      let page = try ParquetPage(try bytes.from(position))
      position += page.headerSize
      let content = try bytes.slice(position, page.compressedSize)
      position += page.compressedSize
      try budget.check(page.size)
      try page.check(content)
      switch page.kind {
      case ParquetPage.dictionary:
        guard page.hasHeader, case .none = lookup else {
          throw .parquet("a second dictionary, or one without a header")
        }
        let content = try inflater.inflated(content, size: page.size)
        lookup = try dictionary(page, content)
      case ParquetPage.data, ParquetPage.dataV2:
        guard page.hasHeader else { throw .parquet("a page without the header of its kind") }
        guard page.valueCount <= rest else {
          throw .parquet("\(page.valueCount) values in a page, of \(rest) that are left")
        }
        rest -= page.valueCount
        try data(page, content, inflater, &lookup)
      default: break
      }
    }
  }

  private func dictionary(
    _ page: ParquetPage, _ content: ParquetBytes
  ) throws(TareError) -> Lookup {
    guard
      page.encoding == ParquetEncoding.plain.rawValue
        || page.encoding == ParquetEncoding.plainDictionary.rawValue
    else { throw .parquet("a dictionary in the encoding \(page.encoding)") }
    // Even an empty text takes four bytes.
    guard page.valueCount <= content.count else {
      throw .parquet("a dictionary of \(page.valueCount) values")
    }
    try budget.take(page.valueCount, 8)
    try budget.take(content.count)
    var reader = ChunkReader(file, leaf, budget)
    try reader.plain(content, page.valueCount)
    switch leaf.physical {
    case .boolean: throw .parquet("a dictionary of booleans")
    case .int32, .int64: return .integers(reader.values.integers)
    case .float, .double: return .numbers(reader.values.numbers)
    case .int96, .byteArray, .fixedLengthByteArray:
      return .texts(reader.values.texts.dictionary)
    }
  }

  // MARK: - Data pages

  private mutating func data(
    _ page: ParquetPage, _ content: ParquetBytes, _ inflater: ParquetInflater,
    _ lookup: inout Lookup
  ) throws(TareError) {
    let count = page.valueCount
    // A value, its levels, whether it is missing.
    try budget.take(count, leaf.isFlat ? 9 : 12)
    var body: ParquetBytes
    let levels: (definitions: ParquetBytes, repetitions: ParquetBytes)
    if page.kind == ParquetPage.dataV2 {
      let (sum, overflow) = page.definitionSize.addingReportingOverflow(page.repetitionSize)
      guard !overflow, sum <= page.size else { throw .parquet("levels of \(sum) bytes") }
      levels = (
        try content.slice(page.repetitionSize, page.definitionSize),
        try content.slice(0, page.repetitionSize)
      )
      body = try content.from(sum)
      if page.isCompressed {
        body = try inflater.inflated(body, size: page.size - sum)
      } else if body.count != page.size - sum {
        throw .parquet("a page of \(body.count + sum) bytes that says it has \(page.size)")
      }
    } else {
      body = try inflater.inflated(content, size: page.size)
      let repeated = try Self.levelBytes(
        &body, most: leaf.repetition, count, encoding: page.repetitionEncoding)
      let defined = try Self.levelBytes(
        &body, most: leaf.definition, count, encoding: page.definitionEncoding)
      levels = (defined, repeated)
    }
    let isV1 = page.kind == ParquetPage.data
    if leaf.isFlat {
      try flat(
        page, levels.definitions, isV1 ? page.definitionEncoding : ParquetEncoding.rle.rawValue,
        body, &lookup)
      return
    }
    try Self.read(
      levels.repetitions, most: leaf.repetition, count,
      isV1 ? page.repetitionEncoding : ParquetEncoding.rle.rawValue, into: &repetitions)
    try Self.read(
      levels.definitions, most: leaf.definition, count,
      isV1 ? page.definitionEncoding : ParquetEncoding.rle.rawValue, into: &definitions)
    var present = count
    if leaf.definition > 0 {
      present = definitions.withUnsafeBufferPointer { levels in
        var sum = 0
        for level in levels where level == leaf.definition { sum += 1 }
        return sum
      }
    }
    values.add(definitions: definitions, repetitions: repetitions, count: count)
    try decode(page, body, present, &lookup)
  }

  private mutating func flat(
    _ page: ParquetPage, _ levels: ParquetBytes, _ encoding: Int, _ body: ParquetBytes,
    _ lookup: inout Lookup
  ) throws(TareError) {
    let count = page.valueCount
    let isRuns = encoding == ParquetEncoding.rle.rawValue
    let runs = try HybridReader(levels, width: 1)
    if leaf.definition == 0 || (isRuns && runs.isOneRun(of: 1, count: count)) {
      try decode(page, body, count, &lookup)
      values.addPresent(count)
      return
    }
    try Self.read(levels, most: 1, count, encoding, into: &definitions)
    let present = definitions.withUnsafeBufferPointer { $0.reduce(0) { $0 + Int($1) } }
    let first = values.valueCount
    try decode(page, body, present, &lookup)
    if present == count {
      values.addPresent(count)
    } else {
      values.add(levels: definitions, valuesFrom: first)
    }
  }

  // MARK: - Levels

  /// The bytes of a version 1 page's levels, which are taken off its front.
  private static func levelBytes(
    _ body: inout ParquetBytes, most: UInt8, _ count: Int, encoding: Int
  ) throws(TareError) -> ParquetBytes {
    guard most > 0 else { return try body.slice(0, 0) }
    let start: Int
    let size: Int
    switch encoding {
    case ParquetEncoding.rle.rawValue:
      start = 4
      size = Int(try body.load(0, as: UInt32.self))
    case ParquetEncoding.bitPacked.rawValue:
      start = 0
      size = (count * width(of: most) + 7) / 8
    default: throw .parquet("levels in the encoding \(encoding)")
    }
    let levels = try body.slice(start, size)
    body = try body.from(start + size)
    return levels
  }

  private static func width(of most: UInt8) -> Int { 8 - most.leadingZeroBitCount }

  private static func read(
    _ bytes: ParquetBytes, most: UInt8, _ count: Int, _ encoding: Int, into levels: inout [UInt8]
  ) throws(TareError) {
    levels.removeAll(keepingCapacity: true)
    guard most > 0 else { return }
    levels.append(contentsOf: repeatElement(0, count: count))
    let width = width(of: most)
    if encoding == ParquetEncoding.bitPacked.rawValue {
      // The deprecated form, most significant bits first.
      guard (count * width + 7) / 8 <= bytes.count else { throw .parquetEnd }
      for index in 0..<count {
        var level: UInt8 = 0
        for bit in index * width..<(index + 1) * width {
          level = level << 1 | (try bytes.byte(bit >> 3) >> UInt8(7 - bit & 7)) & 1
        }
        levels[index] = level
      }
    } else {
      var reader = try HybridReader(bytes, width: width)
      let result: Result<Void, TareError> = levels.withUnsafeMutableBufferPointer { out in
        Result { () throws(TareError) in try reader.read(into: out) }
      }
      try result.get()
    }
    let highest = levels.withUnsafeBufferPointer { levels in
      var highest: UInt8 = 0
      for level in levels { highest = max(highest, level) }
      return highest
    }
    guard highest <= most else { throw .parquet("the level \(highest) above \(most)") }
  }

  // MARK: - Values

  private mutating func decode(
    _ page: ParquetPage, _ body: ParquetBytes, _ count: Int, _ lookup: inout Lookup
  ) throws(TareError) {
    guard let encoding = ParquetEncoding(rawValue: page.encoding) else {
      throw .unsupportedParquet(
        "the encoding \(page.encoding)", accepted: "the encodings of Parquet 2")
    }
    guard count > 0 else { return }
    switch (encoding, leaf.physical) {
    case (.plain, _): try plain(body, count)
    case (.plainDictionary, _), (.rleDictionary, _): try coded(body, count, &lookup)
    case (.rle, .boolean):
      let size = Int(try body.load(0, as: UInt32.self))
      var reader = try HybridReader(try body.slice(4, size), width: 1)
      var bits = [UInt8](repeating: 0, count: count)
      let result: Result<Void, TareError> = bits.withUnsafeMutableBufferPointer { out in
        Result { () throws(TareError) in try reader.read(into: out) }
      }
      try result.get()
      values.bools.append(contentsOf: bits.lazy.map { $0 != 0 })
    case (.deltaBinaryPacked, .int32), (.deltaBinaryPacked, .int64): try delta(body, count)
    case (.deltaLengthByteArray, .byteArray):
      try budget.take(body.count)
      try values.texts.addDeltaLengths(body, count: count, budget)
    case (.deltaByteArray, .byteArray), (.deltaByteArray, .fixedLengthByteArray):
      try budget.take(body.count)
      let size = leaf.physical.size(typeLength: leaf.element.typeLength)
      try values.texts.addDeltaTexts(body, count: count, size: size, budget)
    case (.byteStreamSplit, _): try split(body, count)
    default:
      throw .parquet("\(leaf.physical) values in the encoding \(encoding)")
    }
  }

  private mutating func plain(_ body: ParquetBytes, _ count: Int) throws(TareError) {
    switch leaf.physical {
    case .boolean:
      guard count <= body.count * 8 else { throw .parquetEnd }
      let source = body.buffer
      Self.append(count, to: &values.bools, filler: false) { index in
        source[index >> 3] >> UInt8(index & 7) & 1 != 0
      }
    case .int32:
      let source = try body.slice(0, try Self.size(count, 4)).buffer
      Self.append(count, to: &values.integers, filler: 0) { index in
        Int64(source.loadUnaligned(fromByteOffset: index * 4, as: Int32.self))
      }
    case .int64:
      let source = try body.slice(0, try Self.size(count, 8)).buffer
      Self.append(count, to: &values.integers, filler: 0) { index in
        source.loadUnaligned(fromByteOffset: index * 8, as: Int64.self)
      }
    case .float:
      let source = try body.slice(0, try Self.size(count, 4)).buffer
      Self.append(count, to: &values.numbers, filler: 0) { index in
        Double(source.loadUnaligned(fromByteOffset: index * 4, as: Float.self))
      }
    case .double:
      let source = try body.slice(0, try Self.size(count, 8)).buffer
      Self.append(count, to: &values.numbers, filler: 0) { index in
        source.loadUnaligned(fromByteOffset: index * 8, as: Double.self)
      }
    case .byteArray:
      try budget.take(body.count)
      try values.texts.addPlain(body, count: count, budget)
    case .int96, .fixedLengthByteArray:
      let size = leaf.physical.size(typeLength: leaf.element.typeLength) ?? 0
      try budget.take(count, size)
      try values.texts.addFixed(body, count: count, size: size, budget)
    }
  }

  private static func size(_ count: Int, _ width: Int) throws(TareError) -> Int {
    let (size, overflow) = count.multipliedReportingOverflow(by: width)
    guard !overflow else { throw .parquetEnd }
    return size
  }

  /// The machines that Tare runs on have their least byte first, as the file has.
  @inline(__always)
  private static func append<Value>(
    _ count: Int, to values: inout [Value], filler: Value, _ value: (Int) -> Value
  ) {
    let first = values.count
    values.append(contentsOf: repeatElement(filler, count: count))
    values.withUnsafeMutableBufferPointer { out in
      for index in 0..<count { out[first + index] = value(index) }
    }
  }

  private mutating func delta(_ body: ParquetBytes, _ count: Int) throws(TareError) {
    var reader = DeltaReader(body)
    let first = values.integers.count
    values.integers.append(contentsOf: repeatElement(0, count: count))
    let result: Result<Void, TareError> = values.integers.withUnsafeMutableBufferPointer { out in
      Result { () throws(TareError) in
        try reader.read(into: UnsafeMutableBufferPointer(rebasing: out[first...]))
      }
    }
    try result.get()
    guard leaf.physical == .int32 else { return }
    // Sums of this type wrap around at 32 bits.
    for index in first..<values.integers.count {
      values.integers[index] = Int64(Int32(truncatingIfNeeded: values.integers[index]))
    }
  }

  private mutating func split(_ body: ParquetBytes, _ count: Int) throws(TareError) {
    guard leaf.physical != .boolean, leaf.physical != .int96,
      let size = leaf.physical.size(typeLength: leaf.element.typeLength)
    else { throw .parquet("\(leaf.physical) values in streams of bytes") }
    let source = try body.slice(0, try Self.size(count, size)).buffer
    try budget.check(source.count)
    var joined = [UInt8](repeating: 0, count: source.count)
    joined.withUnsafeMutableBufferPointer { out in
      for stream in 0..<size {
        for index in 0..<count { out[index * size + stream] = source[stream * count + index] }
      }
    }
    let result: Result<Void, TareError> = joined.withUnsafeBytes { bytes in
      Result { () throws(TareError) in try plain(ParquetBytes(bytes), count) }
    }
    try result.get()
  }

  // MARK: - Codes of a dictionary

  private mutating func coded(
    _ body: ParquetBytes, _ count: Int, _ lookup: inout Lookup
  ) throws(TareError) {
    var reader = try HybridReader(try body.from(1), width: Int(try body.byte(0)))
    if codes.count < count {
      codes = [UInt32](repeating: 0, count: count)
    }
    let known = lookup.count
    let result: Result<UInt32, TareError> = codes.withUnsafeMutableBufferPointer { out in
      Result { () throws(TareError) in
        let out = UnsafeMutableBufferPointer(rebasing: out[..<count])
        try reader.read(into: out)
        var highest: UInt32 = 0
        for code in out { highest = max(highest, code) }
        return highest
      }
    }
    let highest = try result.get()
    guard Int(highest) < known else {
      throw .parquet("the code \(highest) for a dictionary of \(known)")
    }
    // Moved out and back, so that nothing is copied.
    var codes: [UInt32] = []
    swap(&codes, &self.codes)
    defer { swap(&codes, &self.codes) }
    switch lookup {
    case .none: throw .parquet("codes without a dictionary")
    case .integers(let table):
      codes.withUnsafeBufferPointer { codes in
        table.withUnsafeBufferPointer { table in
          Self.append(count, to: &values.integers, filler: 0) { table[Int(codes[$0])] }
        }
      }
    case .numbers(let table):
      codes.withUnsafeBufferPointer { codes in
        table.withUnsafeBufferPointer { table in
          Self.append(count, to: &values.numbers, filler: 0) { table[Int(codes[$0])] }
        }
      }
    case .texts(var texts):
      lookup = .none
      let result: Result<Void, TareError> = codes.withUnsafeBufferPointer { codes in
        Result { () throws(TareError) in
          try values.texts.add(
            codes: UnsafeBufferPointer(rebasing: codes[..<count]), of: &texts, budget)
        }
      }
      lookup = .texts(texts)
      try result.get()
    }
  }
}

extension TextValues {
  /// What was read of a dictionary page.
  var dictionary: ChunkDictionary {
    if case .texts(let texts) = values {
      return ChunkDictionary(bytes: texts.bytes, starts: texts.starts)
    }
    return ChunkDictionary(bytes: [], starts: [0])
  }
}
