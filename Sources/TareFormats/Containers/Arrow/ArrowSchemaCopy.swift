/// A file's schema written again with columns beside its own, whose types stay as they are.
internal import Foundation
internal import TareCore

struct ArrowSchemaCopy {
  /// The fields of the columns, as `Field` tables.
  private var fields: [(name: String, field: FlatValue)] = []

  /// - Parameter schema: the table `Schema`.
  init(_ schema: FlatTable) throws(TareError) {
    for field in try schema.tables(1) {
      fields.append((try field.string(0) ?? "", try Self.field(field)))
    }
  }

  /// Puts a column in the place of the first one of its name, or else behind all.
  mutating func add(_ type: ArrowColumnType) {
    if let place = fields.firstIndex(where: { $0.name == type.name }) {
      fields[place].field = type.field
    } else {
      fields.append((type.name, type.field))
    }
  }

  /// The table `Schema`.
  func schema(_ metadata: [(key: String, value: String)]) -> FlatValue {
    let pairs = metadata.map { FlatValue.table([.string($0.key), .string($0.value)]) }
    return .table([nil, .tables(fields.map(\.field)), pairs.isEmpty ? nil : .tables(pairs)])
  }

  // MARK: - Copies of tables

  private static func field(_ table: FlatTable) throws(TareError) -> FlatValue {
    let number = try table.number(2, default: UInt8(0))
    var children: [FlatValue] = []
    for child in try table.tables(5) { children.append(try field(child)) }
    var metadata: [FlatValue] = []
    for pair in try table.tables(6) {
      let (key, value) = (try pair.string(0) ?? "", try pair.string(1) ?? "")
      metadata.append(.table([.string(key), .string(value)]))
    }
    return .table([
      .string(try table.string(0) ?? ""), .flag(try table.flag(1)),
      .int8(Int8(bitPattern: number)), .table(try parameters(number, try table.table(3))),
      try table.table(4).map { (table) throws(TareError) in try dictionary(table) },
      .tables(children), metadata.isEmpty ? nil : .tables(metadata),
    ])
  }

  private static func dictionary(_ table: FlatTable) throws(TareError) -> FlatValue {
    .table([
      .int64(try table.number(0, default: 0)),
      try table.table(1).map { (table) throws(TareError) in
        .table(try parameters(2, table))
      },
      .flag(try table.flag(2)), .int16(try table.number(3, default: 0)),
    ])
  }

  /// The fields of the types that have any, by the numbers of the union `Type`.
  private static func parameters(
    _ number: UInt8, _ table: FlatTable?
  ) throws(TareError) -> [FlatValue?] {
    guard let table else { return [] }
    func int16(_ field: Int, _ value: Int16) throws(TareError) -> FlatValue {
      .int16(try table.number(field, default: value))
    }
    func int32(_ field: Int, _ value: Int32) throws(TareError) -> FlatValue {
      .int32(try table.number(field, default: value))
    }
    switch number {
    case 2: return [try int32(0, 0), .flag(try table.flag(1))]
    case 3: return [try int16(0, 0)]
    case 7: return [try int32(0, 0), try int32(1, 0), try int32(2, 128)]
    case 8, 18: return [try int16(0, 1)]
    case 9: return [try int16(0, 1), try int32(1, 32)]
    case 10: return [try int16(0, 0), try table.string(1).map { .string($0) }]
    case 15, 16: return [try int32(0, 0)]
    case 17: return [.flag(try table.flag(0))]
    default: return []
    }
  }
}

extension ArrowSchemaCopy {
  /// The schema that a Parquet file carries in Base64, with other columns added or replaced; nil for one
  /// that cannot be read.
  static func encoded(_ text: String, adding columns: [(name: String, column: Column)]) -> String? {
    guard let data = Data(base64Encoded: text) else { return nil }
    return data.withUnsafeBytes { bytes in
      guard let message = try? ArrowMessage(ArrowBytes(bytes), at: 0), message.kind == .schema,
        // Read first: it has limits of depth and number, which the copy has not.
        let metadata = try? ArrowSchema(message.header).metadata,
        var copy = try? ArrowSchemaCopy(message.header)
      else { return nil }
      for (name, column) in columns { copy.add(ArrowColumnType(plain: name, column)) }
      let schema = copy.schema(metadata.map { ($0.key, $0.value) })
      return Data(ArrowWriter.message(1, schema)).base64EncodedString()
    }
  }
}
