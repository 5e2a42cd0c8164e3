/// Table rows that are typed columns, as column stores (Parquet, Arrow) hold them.
package import TareCore

package struct ColumnRows: TableRows {
  package let columns: [String]
  package let count: Int
  private let stored: [String: Column]
  /// Writes rows of the table, with columns added or replaced, in the file's format.
  private let encoder: Encoder
  /// The file, where it can be copied in pieces.
  package let copy: ParquetCopy?

  package typealias Encoder =
    @Sendable (_ rows: [Int], _ added: [TableColumn]) throws(TareError) -> [UInt8]

  /// - Parameters:
  ///   - columns: each with `count` rows; of two that share a name the first is the one that is
  /// read.
  ///   - copy: the file, where it can be copied in pieces.
  ///   - encoder: writes rows in the file's format, with what it needs to keep of the file.
  init(
    _ columns: [(name: String, column: Column)], count: Int, copy: ParquetCopy? = nil,
    encoder: @escaping Encoder
  ) {
    self.copy = copy
    precondition(columns.allSatisfy { $0.column.count == count }, "a value a row")
    self.count = count
    self.encoder = encoder
    stored = Dictionary(
      columns.map { ($0.name, $0.column) }, uniquingKeysWith: { first, _ in first })
    var known: Set<String> = []
    self.columns = columns.map(\.name).filter { known.insert($0).inserted }
  }

  package var isText: Bool { false }
  package var skipped: SkippedRows { SkippedRows() }
  package func place(of row: Int) -> String { Self.place(of: row) }
  package var withoutCells: any TableRows { EmptiedRows(self, place: Self.place) }
  package func column(_ name: String) -> Column? { stored[name] }

  @Sendable private static func place(of row: Int) -> String { "row \(row + 1)" }

  package func value(of column: String, in row: Int) -> JSONValue {
    stored[column]?[row] ?? .null
  }

  package func values(of column: String, in rows: [Int]) -> [JSONValue] {
    guard let column = stored[column] else {
      return [JSONValue](repeating: .null, count: rows.count)
    }
    return rows.map { column[$0] }
  }

  package func encoded(
    _ rows: [Int], adding columns: [TableColumn]
  ) throws(TareError) -> [UInt8] {
    try encoder(rows, columns)
  }

  /// The same rows, each by itself.
  package var sourceRows: SourceRows {
    let named = columns.compactMap { name in stored[name].map { (name, $0) } }
    return SourceRows(count: count) { row in
      var cells = JSONObject()
      for (name, column) in named { cells[name] = column[row] }
      return SourceRow(place: place(of: row), columns: cells)
    }
  }
}
