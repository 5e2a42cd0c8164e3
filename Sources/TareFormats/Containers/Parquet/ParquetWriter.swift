/// Writes Parquet files, row group by row group.
internal import Synchronization
package import TareCore

/// What pyarrow, pandas, polars, DuckDB and `datasets` read: version 1 data pages, dictionaries
/// where
/// they pay, lists in three levels, every column optional.
package struct ParquetWriter {
  private let options: Options
  private let sink: ([UInt8]) throws(TareError) -> Void
  private var fields: [ParquetField] = []
  private var elements: [ParquetElement]?
  private var rowGroups: [[UInt8]] = []
  private var offset = 0
  private var count = 0

  package struct Options: Sendable {
    package var compression = Compression.zstd
    /// Rows of a row group, at most.
    package var rowGroupRows = 1 << 20
    /// Whether least and greatest values are written.
    package var statistics = true
    /// What the footer carries beside the schema ("pandas", "huggingface").
    package var keyValues: [(key: String, value: String)] = []
    /// At most that many columns are encoded at once.
    package var threads = 2

    package init() {}
  }

  package enum Compression: Sendable, CaseIterable {
    case none, snappy, gzip, zstd, lz4

    var codec: ParquetCodec {
      switch self {
      case .none: .uncompressed
      case .snappy: .snappy
      case .gzip: .gzip
      case .zstd: .zstd
      case .lz4: .lz4Raw
      }
    }
  }

  /// zstd's own default.
  private static let zstdLevel: Int32 = 3
  private static let mark = Array("PAR1".utf8)

  /// - Parameter sink: takes the file's bytes, piece by piece in their order.
  package init(
    _ options: Options = Options(), to sink: @escaping ([UInt8]) throws(TareError) -> Void
  ) {
    self.options = options
    self.sink = sink
  }

  /// A whole file.
  package static func file(
    _ columns: [(name: String, column: Column)], _ options: Options = Options()
  ) throws(TareError) -> [UInt8] {
    var bytes: [UInt8] = []
    var writer = ParquetWriter(options) { bytes += $0 }
    try writer.write(columns)
    try writer.finish()
    return bytes
  }

  /// Writes rows. The first ones say which columns there are, and of what types; a column that has
  /// no
  /// value in them never has one.
  ///
  /// - Throws: `TareError.badData` for columns that are not those of the first rows, or objects
  /// without
  ///   members; what the sink throws.
  package mutating func write(
    _ columns: [(name: String, column: Column)]
  ) throws(TareError) {
    var found: [[ParquetElement]] = []
    for (name, column) in columns { found.append(try ParquetElement.all(name, column)) }
    try write(columns.map(\.column), found)
  }

  /// Writes rows in a schema of which values are stored forms.
  mutating func write(
    _ columns: [Column], _ schema: [[ParquetElement]]
  ) throws(TareError) {
    if elements == nil {
      let all = schema.flatMap(\.self)
      let root = ParquetElement.root(childCount: schema.count)
      fields = try ParquetSchema([root] + all).fields
      elements = [root] + all
      try put(Self.mark)
    }
    let rows = columns.first?.count ?? 0
    guard columns.count == fields.count, columns.allSatisfy({ $0.count == rows }),
      zip(schema, fields).allSatisfy({ $0.first?.name == $1.name })
    else {
      throw .badData(
        place: "", found: "different columns than in the rows before",
        accepted: "\(list(fields.map(\.name))), with equally many rows")
    }
    var start = 0
    while start < rows {
      let end = min(rows, start + max(1, options.rowGroupRows))
      try writeGroup(columns, start..<end)
      start = end
    }
    count += rows
  }

  /// Writes the footer.
  package mutating func finish() throws(TareError) {
    if elements == nil { try write([], []) }
    let elements = elements ?? []
    let leaves = fields.reduce(0) { $0 + $1.leaves.count }
    let footer = ThriftWriter.structure { writer in
      writer.field(1, int32: 2)
      writer.field(2, structures: elements.map(\.encoded))
      writer.field(3, int64: count)
      writer.field(4, structures: rowGroups)
      if !options.keyValues.isEmpty {
        writer.field(5, keyValues: options.keyValues)
      }
      writer.field(6, "tare")
      // Least and greatest values are in the order of their types.
      let order = ThriftWriter.structure { $0.field(1) { _ in } }
      writer.field(7, structures: Array(repeating: order, count: leaves))
    }
    guard let size = UInt32(exactly: footer.count) else {
      throw .fault("a Parquet footer above 4 GB")
    }
    try put(footer)
    try put((0..<4).map { UInt8(truncatingIfNeeded: size >> UInt32(8 * $0)) } + Self.mark)
  }

  private mutating func put(_ bytes: [UInt8]) throws(TareError) {
    try sink(bytes)
    offset += bytes.count
  }

  // MARK: - Row groups

  private mutating func writeGroup(
    _ columns: [Column], _ rows: Range<Int>
  ) throws(TareError) {
    var entries: [LeafEntries] = []
    for (field, column) in zip(fields, columns) { entries += try field.entries(column, rows) }
    let chunks = try encoded(entries)
    let paths = ParquetElement.paths(Array((elements ?? []).dropFirst()))
    var metadata: [[UInt8]] = []
    var size = 0
    let first = offset
    for (index, chunk) in chunks.enumerated() {
      metadata.append(description(of: chunk, entries[index].leaf, paths[index]))
      size += chunk.uncompressedSize
      try put(chunk.bytes)
    }
    let compressed = offset - first
    rowGroups.append(
      ThriftWriter.structure { writer in
        writer.field(1, structures: metadata)
        writer.field(2, int64: size)
        writer.field(3, int64: rows.count)
        writer.field(5, int64: first)
        writer.field(6, int64: compressed)
      })
  }

  private func encoded(_ entries: [LeafEntries]) throws(TareError) -> [ChunkWriter.Chunk] {
    let codec = options.compression.codec
    let statistics = options.statistics
    let results = Mutex<[Int: Result<ChunkWriter.Chunk, TareError>]>([:])
    ParallelParts.run(threads: options.threads, count: entries.count) { index in
      let result = Result { () throws(TareError) in
        let deflater = ParquetDeflater(codec, level: Self.zstdLevel)
        return try ChunkWriter.chunk(entries[index], deflater, statistics: statistics)
      }
      results.withLock { $0[index] = result }
    }
    var chunks: [ChunkWriter.Chunk] = []
    for (_, result) in results.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
      chunks.append(try result.get())
    }
    return chunks
  }

  /// The structure ColumnChunk in Thrift.
  private func description(
    of chunk: ChunkWriter.Chunk, _ leaf: ParquetLeaf, _ path: [String]
  ) -> [UInt8] {
    let encodings: [ParquetEncoding] =
      chunk.hasDictionary ? [.rle, .rleDictionary, .plain] : [.rle, .plain]
    let start = offset
    let codec = options.compression.codec
    return ThriftWriter.structure { writer in
      writer.field(2, int64: 0)
      writer.field(3) { metadata in
        metadata.field(1, int32: leaf.physical.rawValue)
        metadata.field(2, integers: encodings.map(\.rawValue))
        metadata.field(3, texts: path)
        metadata.field(4, int32: codec.rawValue)
        metadata.field(5, int64: chunk.valueCount)
        metadata.field(6, int64: chunk.uncompressedSize)
        metadata.field(7, int64: chunk.bytes.count)
        metadata.field(9, int64: start + chunk.dictionarySize)
        if chunk.hasDictionary { metadata.field(11, int64: start) }
        if let statistics = chunk.statistics { metadata.field(12, structure: statistics) }
      }
    }
  }
}
