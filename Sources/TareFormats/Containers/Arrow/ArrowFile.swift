/// Arrow IPC files (Feather) and streams as tables.
package import TareCore

package enum ArrowFile: FileFormat {
  package static let key = "arrow"
  package static let summary = "Arrow IPC files (Feather version 2) and streams"
  package static let example =
    #"pandas.DataFrame({"prompt_id": ["7"], "score": [2.5]}).to_feather("scores.feather")"#

  package static func recognises(_ file: SourceFile) -> Bool {
    if case .binary(.arrow) = file.opening { true } else { false }
  }

  package static func rows(of file: SourceFile) throws(TareError) -> SourceRows {
    try columnRows(of: file).sourceRows
  }

  package static func table(of file: SourceFile) throws(TareError) -> any TableRows {
    try columnRows(of: file)
  }

  private static func columnRows(of file: SourceFile) throws(TareError) -> ColumnRows {
    let table = try ArrowReader.table(file.bytes)
    guard table.count > 0 else {
      throw .badData(place: "", found: "no rows", accepted: "at least one row")
    }
    let index = PandasIndex(table)
    let classes = ClassNames(table.metadata)
    let visible = table.columns.filter { !index.unnamed.contains($0.name) }
      .map { (name: $0.name, column: classes.named($0.name, $0.column)) }
    let bytes = file.bytes
    // The schema's metadata, which are not written, say what the numbers stand for.
    let named = classes.columns(visible)
    return ColumnRows(visible, count: table.count) { (rows, added) throws(TareError) in
      // Rows by themselves are values; whole columns are copied in the types that they have.
      guard rows.elementsEqual(0..<table.count) else {
        return encoded(table, index, rows, adding: added, named)
      }
      let result: Result<[UInt8], TareError> = bytes.withUnsafeBytes { bytes in
        Result { () throws(TareError) in
          try ArrowCopy(ArrowBytes(bytes)).bytes(
            adding: added.map { ($0.name, Column($0.values)) }
              + named.filter { named in !added.contains { $0.name == named.name } },
            metadata: index.metadata)
        }
      }
      return try result.get()
    }
  }

  /// Some rows as a table of the same layout and compression, with columns added or replaced.
  private static func encoded(
    _ table: ArrowTable, _ index: PandasIndex, _ rows: [Int], adding added: [TableColumn],
    _ named: [(name: String, column: Column)]
  ) -> [UInt8] {
    var columns = table.columns.map { name, column in
      let column = named.first { $0.name == name }?.column ?? column
      return (name: name, column: column.selecting(rows))
    }
    for column in added {
      let values = Column(column.values)
      if let place = columns.firstIndex(where: { $0.name == column.name }) {
        columns[place].column = values
      } else {
        columns.append((column.name, values))
      }
    }
    let writer = ArrowWriter(
      columns, count: rows.count, table.layout, compression: table.compression,
      metadata: index.metadata)
    return writer.bytes
  }
}
