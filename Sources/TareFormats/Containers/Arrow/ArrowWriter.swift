/// Writes Arrow IPC: the file format (Feather version 2) and the stream format.
internal import TareCore

/// The bytes of a table, piece by piece: for each of them no more than a batch of rows is encoded.
package struct ArrowWriter: Sequence, IteratorProtocol {
  package enum Layout: Sendable {
    /// With a footer, for random access; names keep their dictionary.
    case file
    /// As `datasets` reads it, which knows no dictionaries.
    case stream
  }

  package enum Compression: String, Sendable {
    case none, lz4, zstd
  }

  private let columns: [(name: String, column: Column)]
  private let count: Int
  private let layout: Layout
  private let codec: ArrowCodec?
  private let rowsPerBatch: Int
  private let deflater: ArrowDeflater?
  private let types: [ArrowColumnType]
  private let dictionaries: [Texts]
  private let schema: FlatValue

  private var part = Part.start
  /// Bytes so far.
  private var position = 0
  /// For the footer, three numbers each: offset, size of the metadata, size of the body.
  private var dictionaryBlocks: [Int64] = []
  private var batchBlocks: [Int64] = []

  private enum Part {
    case start
    case dictionary(Int)
    case batch(firstRow: Int)
    case done
  }

  /// - Parameters:
  ///   - columns: each with `count` rows.
  ///   - metadata: of the schema.
  package init(
    _ columns: [(name: String, column: Column)], count: Int, _ layout: Layout = .file,
    compression: Compression = .zstd, metadata: [(key: String, value: String)] = [],
    rowsPerBatch: Int = 1 << 16
  ) {
    precondition(columns.allSatisfy { $0.column.count == count }, "a value a row")
    precondition(rowsPerBatch > 0, "a row a batch")
    self.columns = columns
    self.count = count
    self.layout = layout
    self.rowsPerBatch = rowsPerBatch
    codec =
      switch compression {
      case .none: nil
      case .lz4: .lz4
      case .zstd: .zstd
      }
    deflater = codec.map { ArrowDeflater($0) }
    var dictionaries: [Texts]? = layout == .file ? [] : nil
    types = columns.map { ArrowColumnType($0.name, $0.column, &dictionaries) }
    self.dictionaries = dictionaries ?? []
    let pairs = metadata.map { FlatValue.table([.string($0.key), .string($0.value)]) }
    schema = .table([
      nil, .tables(types.map(\.field)), pairs.isEmpty ? nil : .tables(pairs),
    ])
  }

  /// All pieces at once.
  package var bytes: [UInt8] { reduce(into: []) { $0 += $1 } }

  package mutating func next() -> [UInt8]? {
    guard let piece = nextPiece() else { return nil }
    position += piece.count
    return piece
  }

  private mutating func nextPiece() -> [UInt8]? {
    switch part {
    case .start:
      part = .dictionary(0)
      return Self.start(isFile: layout == .file) + Self.message(1, schema)
    case .dictionary(let id) where id < dictionaries.count:
      part = .dictionary(id + 1)
      let texts = Column(.texts(dictionaries[id]))
      var body = ArrowBody(deflater)
      var none: [Texts]?
      body.add(texts, ArrowColumnType("", texts, &none), 0..<texts.count)
      let records = FlatValue.records(body, rows: texts.count, codec: codec)
      return message(2, .table([.int64(Int64(id)), records]), body, &dictionaryBlocks)
    case .dictionary:
      part = .batch(firstRow: 0)
      return nextPiece()
    case .batch(let first) where first < count:
      let rows = first..<Swift.min(count, first + rowsPerBatch)
      part = .batch(firstRow: rows.upperBound)
      var body = ArrowBody(deflater)
      for (column, type) in zip(columns, types) { body.add(column.column, type, rows) }
      let records = FlatValue.records(body, rows: rows.count, codec: codec)
      return message(3, records, body, &batchBlocks)
    case .batch:
      part = .done
      return Self.end(isFile: layout == .file, schema, dictionaryBlocks, batchBlocks)
    case .done: return nil
    }
  }

  // MARK: - Messages

  /// V5 of the metadata.
  private static let version: Int16 = 4

  private static func bytes(_ number: Int32) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
  }

  /// What stands before the first message: messages begin at multiples of eight bytes.
  static func start(isFile: Bool) -> [UInt8] { isFile ? ArrowReader.mark + [0, 0] : [] }

  /// What stands behind the last message.
  static func end(
    isFile: Bool, _ schema: FlatValue, _ dictionaryBlocks: [Int64], _ batchBlocks: [Int64]
  ) -> [UInt8] {
    let mark = ArrowReader.continuation + [0, 0, 0, 0]
    guard isFile else { return mark }
    let footer = FlatWriter.bytes([
      .int16(version), schema, .structs(dictionaryBlocks, count: dictionaryBlocks.count / 3),
      .structs(batchBlocks, count: batchBlocks.count / 3),
    ])
    return mark + footer + bytes(Int32(footer.count)) + ArrowReader.mark
  }

  static func message(_ kind: Int8, _ header: FlatValue, bodySize: Int = 0) -> [UInt8] {
    var metadata = FlatWriter.bytes([
      .int16(version), .int8(kind), header, .int64(Int64(bodySize)),
    ])
    while metadata.count % 8 != 0 { metadata.append(0) }
    return ArrowReader.continuation + bytes(Int32(metadata.count)) + metadata
  }

  private func message(
    _ kind: Int8, _ header: FlatValue, _ body: ArrowBody, _ blocks: inout [Int64]
  ) -> [UInt8] {
    let metadata = Self.message(kind, header, bodySize: body.bytes.count)
    blocks += [Int64(position), Int64(metadata.count), Int64(body.bytes.count)]
    return metadata + body.bytes
  }
}

extension FlatValue {
  /// The table `RecordBatch`.
  static func records(
    _ body: ArrowBody, rows: Int, codec: ArrowCodec?, variadicCounts: [Int64] = []
  ) -> FlatValue {
    .table([
      .int64(Int64(rows)), .structs(body.nodes, count: body.nodes.count / 2),
      .structs(body.buffers, count: body.buffers.count / 2),
      codec.map { .table([.int8($0.rawValue), .int8(0)]) },
      variadicCounts.isEmpty ? nil : .structs(variadicCounts, count: variadicCounts.count),
    ])
  }
}
