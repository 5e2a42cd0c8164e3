/// Encodes one leaf of a row group: a dictionary where it pays, then pages.
internal import TareCore

struct ChunkWriter {
  /// A column chunk, with the offsets that its metadata count from its first byte.
  struct Chunk: Sendable {
    var bytes: [UInt8] = []
    var uncompressedSize = 0
    var valueCount = 0
    var dictionarySize = 0
    var hasDictionary = false
    var statistics: [UInt8]?
  }

  private let entries: LeafEntries
  private let deflater: ParquetDeflater
  private var chunk = Chunk()

  /// Bytes of a page's values, about, before compression.
  private static let pageSize = 1 << 20

  init(_ entries: LeafEntries, _ deflater: ParquetDeflater) {
    self.entries = entries
    self.deflater = deflater
  }

  /// - Throws: `TareError.badData` for values that are not of the leaf's type.
  static func chunk(
    _ entries: LeafEntries, _ deflater: ParquetDeflater, statistics: Bool
  ) throws(TareError) -> Chunk {
    var writer = ChunkWriter(entries, deflater)
    try writer.write()
    if statistics { writer.chunk.statistics = entries.statistics }
    return writer.chunk
  }

  private mutating func write() throws(TareError) {
    chunk.valueCount = entries.count
    let plain = PlainWriter(entries)
    let dictionary = WrittenDictionary(entries)
    if let dictionary {
      chunk.hasDictionary = true
      var values: [UInt8] = []
      try plain.append(dictionary.slots, to: &values)
      try append(values) { writer in
        writer.field(1, int32: ParquetPage.dictionary)
      } header: { writer in
        writer.field(7) { header in
          header.field(1, int32: dictionary.slots.count)
          header.field(2, int32: ParquetEncoding.plain.rawValue)
        }
      }
      chunk.dictionarySize = chunk.bytes.count
    }
    let width = dictionary.map {
      Swift.max(1, Int.bitWidth - ($0.slots.count - 1).leadingZeroBitCount)
    }
    let entriesPerPage = pageEntries(plain)
    var entry = 0
    var value = 0
    while entry < entries.count {
      let (end, valueEnd) = pageEnd(from: entry, value, most: entriesPerPage)
      var page = levels(entry..<end)
      if let dictionary, let width {
        page.append(UInt8(width))
        page += HybridWriter.encoded(dictionary.codes[value..<valueEnd], width: width)
      } else {
        try plain.append(value..<valueEnd, to: &page)
      }
      let encoding: ParquetEncoding = dictionary == nil ? .plain : .rleDictionary
      try append(page) { writer in
        writer.field(1, int32: ParquetPage.data)
      } header: { writer in
        writer.field(5) { header in
          header.field(1, int32: end - entry)
          header.field(2, int32: encoding.rawValue)
          header.field(3, int32: ParquetEncoding.rle.rawValue)
          header.field(4, int32: ParquetEncoding.rle.rawValue)
        }
      }
      (entry, value) = (end, valueEnd)
    }
  }

  private mutating func append(
    _ page: [UInt8], kind: (inout ThriftWriter) -> Void, header: (inout ThriftWriter) -> Void
  ) throws(TareError) {
    let deflated = try deflater.deflated(page)
    let head = ThriftWriter.structure { writer in
      kind(&writer)
      writer.field(2, int32: page.count)
      writer.field(3, int32: deflated.count)
      header(&writer)
    }
    chunk.bytes += head
    chunk.bytes += deflated
    chunk.uncompressedSize += head.count + page.count
  }

  /// How many entries make a page.
  private func pageEntries(_ plain: PlainWriter) -> Int {
    let size = plain.size(of: 0..<entries.slots.count)
    let average = Swift.max(1, size / Swift.max(1, entries.count))
    return Swift.max(1, Self.pageSize / average)
  }

  /// Where a page ends: before a row that begins.
  private func pageEnd(from entry: Int, _ value: Int, most: Int) -> (entry: Int, value: Int) {
    var end = Swift.min(entries.count, entry + most)
    if !entries.repetitions.isEmpty {
      while end < entries.count, entries.repetitions[end] > 0 { end += 1 }
    }
    guard !entries.definitions.isEmpty else { return (end, value + end - entry) }
    var present = 0
    for level in entries.definitions[entry..<end] where level == entries.leaf.definition {
      present += 1
    }
    return (end, value + present)
  }

  private func levels(_ range: Range<Int>) -> [UInt8] {
    var bytes: [UInt8] = []
    func append(_ levels: [UInt8], most: UInt8) {
      guard most > 0 else { return }
      let width = 8 - most.leadingZeroBitCount
      let encoded =
        levels.isEmpty
        ? HybridWriter.encoded(repeating: most, count: range.count)
        : HybridWriter.encoded(levels[range], width: width)
      let count = UInt32(encoded.count)
      for shift in [0, 8, 16, 24] as [UInt32] {
        bytes.append(UInt8(truncatingIfNeeded: count >> shift))
      }
      bytes += encoded
    }
    append(entries.repetitions, most: entries.leaf.repetition)
    append(entries.definitions, most: entries.leaf.definition)
    return bytes
  }
}
