/// Messages one behind the other as a file or stream: what ends them, and where a file's footer finds them.
struct ArrowMessages {
  private(set) var bytes: [UInt8]
  private let isFile: Bool
  private let schema: FlatValue
  /// For the footer, three numbers each: offset, size of the metadata, size of the body.
  private var dictionaryBlocks: [Int64] = []
  private var batchBlocks: [Int64] = []

  /// - Parameter schema: the table `Schema`.
  init(isFile: Bool, _ schema: FlatValue) {
    self.isFile = isFile
    self.schema = schema
    bytes = ArrowWriter.start(isFile: isFile) + ArrowWriter.message(1, schema)
  }

  /// - Parameter records: the table `RecordBatch`.
  mutating func add(_ records: FlatValue, _ body: ArrowBody) {
    add(ArrowWriter.message(3, records, bodySize: body.bytes.count), body, to: \.batchBlocks)
  }

  mutating func add(
    dictionary id: Int64, isDelta: Bool, _ records: FlatValue, _ body: ArrowBody
  ) {
    let header = FlatValue.table([.int64(id), records, .flag(isDelta)])
    add(ArrowWriter.message(2, header, bodySize: body.bytes.count), body, to: \.dictionaryBlocks)
  }

  private mutating func add(
    _ metadata: [UInt8], _ body: ArrowBody, to blocks: WritableKeyPath<ArrowMessages, [Int64]>
  ) {
    self[keyPath: blocks] += [
      Int64(bytes.count), Int64(metadata.count), Int64(body.bytes.count),
    ]
    bytes += metadata
    bytes += body.bytes
  }

  var finished: [UInt8] {
    bytes + ArrowWriter.end(isFile: isFile, schema, dictionaryBlocks, batchBlocks)
  }
}
