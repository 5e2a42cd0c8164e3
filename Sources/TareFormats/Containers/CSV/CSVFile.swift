/// Comma-separated values with a header line.
package import TareCore

package enum CSVFile: FileFormat {
  package static let key = "csv"
  package static let summary = "CSV with a header line"

  package static func recognises(_ file: SourceFile) -> Bool {
    if case .text = file.opening { true } else { false }
  }

  package static func rows(of file: SourceFile) throws(TareError) -> [SourceRow] {
    let table = try CSVTable(file.bytes)
    return (0..<table.count).map { row in
      var object = JSONObject()
      for (index, column) in table.columns.enumerated() {
        object[column] = .string(table.text(row, index))
      }
      return SourceRow(place: table.place(of: row), columns: object, isText: true)
    }
  }

  package static func table(of file: SourceFile) throws(TareError) -> any TableRows {
    try CSVTable(file.bytes, skipsBadRows: file.skipsBadRows)
  }
}
