/// An Arrow file or stream written again with columns beside its own, which are copied as they stand: each
/// keeps its type, its dictionary and its buffers.
internal import TareCore

struct ArrowCopy {
  private let fields: [ArrowField]
  private let schema: FlatTable
  private let messages: [ArrowMessage]
  private let isFile: Bool

  init(_ bytes: ArrowBytes) throws(TareError) {
    let parts = try ArrowReader.parts(of: bytes)
    (fields, schema, messages) = (parts.schema.fields, parts.table, parts.messages)
    isFile = parts.isFile
  }

  /// - Parameters:
  ///   - added: each with all rows of the file; one takes the place of the first column of its name.
  ///   - metadata: of the schema.
  func bytes(
    adding added: [(name: String, column: Column)], metadata: [(key: String, value: String)]
  ) throws(TareError) -> [UInt8] {
    var copy = try ArrowSchemaCopy(schema)
    let types = added.map { ArrowColumnType(plain: $0.name, $0.column) }
    for type in types { copy.add(type) }
    // Which of those that are added stands in the place of each column.
    let names = fields.map(\.name)
    var replacing = [Int?](repeating: nil, count: fields.count)
    for (index, column) in added.enumerated() {
      if let place = names.firstIndex(of: column.name) { replacing[place] = index }
    }
    let behind = added.indices.filter { !replacing.contains($0) }
    let schema = copy.schema(metadata)
    var output = ArrowMessages(isFile: isFile, schema)
    var first = 0
    for message in messages {
      var batch = try Batch(message)
      if message.kind == .dictionary {
        try batch.copyAll()
        output.add(
          dictionary: try message.header.number(0, default: 0),
          isDelta: try message.header.flag(2), batch.records, batch.body)
        continue
      }
      let rows = first..<first + batch.rows
      for (field, index) in zip(fields, replacing) {
        try batch.take(field, copying: index == nil)
        if let index { batch.body.add(added[index].column, types[index], rows) }
      }
      for index in behind { batch.body.add(added[index].column, types[index], rows) }
      output.add(batch.records, batch.body)
      first = rows.upperBound
    }
    return output.finished
  }
}

extension ArrowCopy {
  /// A record batch on its way from one body to another.
  private struct Batch {
    let rows: Int
    var body: ArrowBody
    private let source: ArrowBytes
    private let codec: ArrowCodec?
    /// Two numbers of eight bytes each.
    private let nodes, buffers: ArrowBytes
    private let variadicCounts: ArrowBytes
    private var node = 0
    private var buffer = 0
    private var variadic = 0
    /// Of the views that are copied.
    private var counts: [Int64] = []

    init(_ message: ArrowMessage) throws(TareError) {
      let table = try message.records()
      rows = Int(try table.number(0, default: Int64(0)))
      source = message.body
      nodes = try table.elements(1, size: 16)
      buffers = try table.elements(2, size: 16)
      variadicCounts = try table.elements(4, size: 8)
      codec = try table.table(3).flatMap { (table) throws(TareError) in
        ArrowCodec(rawValue: try table.number(0, default: Int8(0)))
      }
      body = ArrowBody(codec.map { ArrowDeflater($0) })
    }

    /// The table `RecordBatch`.
    var records: FlatValue {
      .records(body, rows: rows, codec: codec, variadicCounts: counts)
    }

    mutating func copyAll() throws(TareError) {
      try takeNodes(nodes.count / 16, copying: true)
      try takeBuffers(buffers.count / 16, copying: true)
      for index in 0..<variadicCounts.count / 8 {
        counts.append(try variadicCounts.load(8 * index, as: Int64.self))
      }
    }

    /// Passes a column's nodes and buffers.
    mutating func take(_ field: ArrowField, copying: Bool) throws(TareError) {
      try takeNodes(1, copying: copying)
      var count = field.bufferCount
      if field.isView {
        let views = try variadicCounts.load(8 * variadic, as: Int64.self)
        variadic += 1
        if copying { counts.append(views) }
        count += Int(views)
      }
      try takeBuffers(count, copying: copying)
      guard field.dictionary == nil else { return }
      for child in field.children { try take(child, copying: copying) }
    }

    private mutating func takeNodes(_ count: Int, copying: Bool) throws(TareError) {
      for _ in 0..<count {
        let length = try nodes.load(16 * node, as: Int64.self)
        let nulls = try nodes.load(16 * node + 8, as: Int64.self)
        if copying { body.add(node: length, nulls: nulls) }
        node += 1
      }
    }

    private mutating func takeBuffers(_ count: Int, copying: Bool) throws(TareError) {
      for _ in 0..<count {
        let offset = try buffers.load(16 * buffer, as: Int64.self)
        let length = try buffers.load(16 * buffer + 8, as: Int64.self)
        // Some writers leave the offset of an empty buffer as it comes.
        if copying {
          body.add(copied: try source.slice(length == 0 ? 0 : Int(offset), Int(length)))
        }
        buffer += 1
      }
    }
  }
}

extension ArrowField {
  /// Buffers of its own beside those of its columns; of views, those that there always are.
  var bufferCount: Int {
    guard dictionary == nil else { return 2 }
    return switch type {
    case .null, .runEnd: 0
    case .bool, .integer, .float, .decimal, .fixedBinary, .date, .time, .timestamp, .duration: 2
    case .text, .binary, .listView: 3
    case .textView, .binaryView: 2
    case .list, .map: 2
    case .fixedList, .structure: 1
    }
  }

  /// Whether a batch says how many more buffers it has.
  var isView: Bool { dictionary == nil && (type == .textView || type == .binaryView) }
}
