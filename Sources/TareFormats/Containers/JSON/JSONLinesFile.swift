/// JSON Lines: an object a line, blank lines between them allowed.
package import TareCore

package enum JSONLinesFile: FileFormat {
  package static let key = "jsonl"
  package static let summary = "JSON Lines, one object per row"
  package static let example =
    #"{"prompt_id":"7","score":2.5,"length":120}"#

  package static func recognises(_ file: SourceFile) -> Bool {
    guard case .line(let object, let isOnly) = file.opening else { return false }
    return !isOnly || !isTable(object)
  }

  /// Whether an object by itself holds a table rather than a row.
  static func isTable(_ object: JSONObject) -> Bool {
    // What is a table and cannot be read is told by whoever reads tables.
    guard let frame = try? JSONFrame(.object(object)) else { return true }
    return frame != .row
  }

  package static func rows(of file: SourceFile) throws(TareError) -> SourceRows {
    // A file without rows is told of by whoever reads them.
    try JSONLinesTable(file, skipsBadRows: false).sourceRows
  }

  package static func table(of file: SourceFile) throws(TareError) -> any TableRows {
    let table = try JSONLinesTable(file, skipsBadRows: file.skipsBadRows)
    if table.count == 0, let error = table.skipped.first { throw error }
    return table
  }
}
