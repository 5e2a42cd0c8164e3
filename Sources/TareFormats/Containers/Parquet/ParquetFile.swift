/// Apache Parquet: typed columns, by the mark at the file's beginning.
package import Foundation
package import TareCore

package enum ParquetFile: FileFormat {
  package static let key = "parquet"
  package static let summary = "Apache Parquet, typed columns"
  package static let example =
    #"pandas.DataFrame({"prompt_id": ["7"], "score": [2.5]}).to_parquet("scores.parquet")"#

  package static func recognises(_ file: SourceFile) -> Bool {
    if case .binary(.parquet) = file.opening { true } else { false }
  }

  /// The bytes at a file's end that name its columns; nil where it is no Parquet file.
  package static func footer(of path: String) -> Data? {
    guard let file = FileHandle(forReadingAtPath: path) else { return nil }
    defer { try? file.close() }
    // The footer, its size in four bytes, the mark.
    guard let end = try? file.seekToEnd(), end > 8, (try? file.seek(toOffset: end - 8)) != nil,
      let tail = try? file.readToEnd(), tail.suffix(4) == Data("PAR1".utf8)
    else { return nil }
    let size = tail.prefix(4).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard size <= end - 8, (try? file.seek(toOffset: end - 8 - size)) != nil else { return nil }
    return try? file.readToEnd()
  }

  package static func rows(of file: SourceFile) throws(TareError) -> SourceRows {
    try columns(of: file).sourceRows
  }

  package static func table(of file: SourceFile) throws(TareError) -> any TableRows {
    try columns(of: file)
  }

  private static func columns(of file: SourceFile) throws(TareError) -> ColumnRows {
    let reader = try ParquetReader(file.bytes)
    guard reader.count > 0 else {
      throw .badData(place: "", found: "no rows", accepted: "at least one row")
    }
    guard !reader.shown.isEmpty else {
      throw .badData(place: "", found: "no columns", accepted: "at least one column")
    }
    let fields = try reader.read(Array(reader.schema.fields.indices), threads: threads)
    let shown = reader.shown.map { fields[$0] }
    let original = ParquetOriginal(reader, fields)
    let classes = ClassNames(reader.metadata.keyValues)
    let columns = shown.map { field in
      let name = reader.schema.fields[field.field].name
      return (name: name, column: classes.named(name, field.meant))
    }
    // Text has names in the place of numbers.
    let copy = classes.isEmpty ? ParquetCopy(reader) : nil
    return ColumnRows(columns, count: reader.count, copy: copy) { (rows, added) throws(TareError) in
      try original.encoded(rows, adding: added)
    }
  }

  /// More of them seldom make a file's few columns faster.
  private static let threads = 4
}

/// What a file is written back from: its columns as they are stored, in its own schema.
struct ParquetOriginal: Sendable {
  private let columns: [(name: String, column: Column, elements: [ParquetElement])]
  private let reader: ParquetReader

  /// Where Arrow's libraries keep the types that Parquet does not have, such as time zones.
  private static let arrowSchema = "ARROW:schema"

  init(_ reader: ParquetReader, _ fields: [ParquetReader.ReadField]) {
    columns = fields.map {
      (reader.schema.fields[$0.field].name, $0.stored, reader.schema.elements[$0.field])
    }
    self.reader = reader
  }

  /// What the footer of a copy carries beside the schema.
  static func keyValues(
    of reader: ParquetReader, adding columns: [(name: String, column: Column)]
  ) -> [(key: String, value: String)] {
    reader.metadata.keyValues.compactMap { key, value in
      guard key == Self.arrowSchema else { return (key, value) }
      return ArrowSchemaCopy.encoded(value, adding: columns).map { (key, $0) }
    }
  }

  func encoded(_ rows: [Int], adding added: [TableColumn]) throws(TareError) -> [UInt8] {
    let isWhole = rows.count == reader.count && rows.indices.allSatisfy { rows[$0] == $0 }
    var stored: [Column] = []
    var schema: [[ParquetElement]] = []
    var replaced: [(name: String, column: Column)] = []
    func add(_ column: TableColumn) throws(TareError) {
      var values = Column(column.values)
      if (try? ParquetElement.all(column.name, values).checked) == nil {
        // Parquet has no form for it, such as lists in lists in lists without end.
        values = Column(column.values.map { $0 == .null ? .null : .string($0.text()) })
      }
      schema.append(try ParquetElement.all(column.name, values))
      stored.append(values)
      replaced.append((column.name, values))
    }
    var bytes: [UInt8] = []
    for (name, column, elements) in columns {
      if let replacing = added.first(where: { $0.name == name }) {
        try add(replacing)
      } else {
        stored.append(isWhole ? column : column.selecting(rows))
        schema.append(elements)
      }
    }
    for column in added where !columns.contains(where: { $0.name == column.name }) {
      try add(column)
    }
    var options = ParquetWriter.Options()
    options.keyValues = Self.keyValues(of: reader, adding: replaced)
    var writer = ParquetWriter(options) { bytes += $0 }
    try writer.write(stored, schema)
    try writer.finish()
    return bytes
  }
}
