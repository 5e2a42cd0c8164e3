/// The file formats that Tare reads responses and scores from, tried in this order.
package import Foundation
package import TareCore

package enum FileFormats {
  package static let registry = Registry<any FileFormat.Type>(
    "file format",
    [
      RewardBenchScores.self,
      ParquetFile.self,
      JSONLinesFile.self,
      JSONFile.self,
      ArrowFile.self,
      CSVFile.self,
    ]
  ) { $0 }

  /// Key, one line, and an example of each.
  package static var examples: [(key: String, summary: String, example: String)] {
    registry.entries.map { ($0.key, $0.summary, $0.example) }
  }
}

/// A way to lay out prompts and responses, or scores, in a file.
package protocol FileFormat: Registered {
  /// A small file as it stands, or for a binary one how Python writes it.
  static var example: String { get }
  /// Whether the file's content is of this format.
  static func recognises(_ file: SourceFile) -> Bool
  /// The rows in the file's order, not yet understood.
  static func rows(of file: SourceFile) throws(TareError) -> SourceRows
  /// The same rows by columns, with what is needed to write them back as they were.
  static func table(of file: SourceFile) throws(TareError) -> any TableRows
}

/// Reads the input of `score`, `rank` and `pairs`, each set as it is asked for.
///
/// - Parameters:
///   - name: what errors call the file.
///   - format: a key of `FileFormats.registry`; nil to recognise the format by content.
///   - columns: other names for the file's columns.
///   - badRows: which rows are left out rather than refused; its log is told.
/// - Returns: a set a row, in the file's order, their ids unique.
/// - Throws: `TareError.badData` that names file, line or row, and column.
package func readCandidateSets(
  _ bytes: [UInt8], name: String, format: String? = nil, columns: ColumnMapping = .init(),
  badRows: BadRows = BadRows()
) throws(TareError) -> CandidateSets {
  do {
    let file = try SourceFile(
      bytes, skipsBadRows: badRows.skips, dropsMissing: badRows.dropsMissing)
    let found = try fileFormat(of: file, key: format)
    var skipped = SkippedRows()
    let rows: SourceRows
    if badRows.leavesOut {
      let table = try found.table(of: file)
      (rows, skipped) = (table.sourceRows, table.skipped)
    } else {
      rows = try found.rows(of: file)
    }
    var bad = SkippedRows()
    var notes: [String] = []
    let sets = try CandidateSets(
      rows.changed { $0.withUsualNames }, columns, badRows, counting: &bad, notes: &notes)
    badRows.tell(notes, of: name)
    skipped.add(bad)
    badRows.note(skipped, of: name)
    return sets
  } catch {
    throw error.inside(name)
  }
}

/// The same as they all are.
package func readCandidates(
  _ bytes: [UInt8], name: String, format: String? = nil, columns: ColumnMapping = .init(),
  badRows: BadRows = BadRows()
) throws(TareError) -> [CandidateSet] {
  Array(
    try readCandidateSets(
      bytes, name: name, format: format, columns: columns, badRows: badRows))
}

/// Reads a table with any columns: scores for `calibrate` and `evaluate`, numbers for `smooth`.
///
/// Parameters and errors are those of `readCandidates`; with `skipsBadRows` CSV rows and JSON lines
/// that cannot be read are left out, and counted in the table's `skipped`; with `dropsMissing` the NaN
/// of Python's JSON is read, for whoever leaves out the rows that have it.
package func readTable(
  _ bytes: [UInt8], name: String, format: String? = nil, skipsBadRows: Bool = false,
  dropsMissing: Bool = false, columns: ColumnMapping = .init()
) throws(TareError) -> DataTable {
  do {
    let file = try SourceFile(bytes, skipsBadRows: skipsBadRows, dropsMissing: dropsMissing)
    let found = try fileFormat(of: file, key: format)
    let notes = file.wasUTF16 ? [SourceFile.utf16Note] : []
    let rows = try found.table(of: file)
    try TableWidth.check(rows.columns.count)
    return DataTable(
      name: name, columns.isEmpty ? rows : try MappedRows(rows, columns), format: found.key,
      notes: notes)
  } catch {
    throw error.inside(name)
  }
}

/// The same of bytes that are held as `Data`.
package func readCandidates(
  _ data: Data, name: String, format: String? = nil, columns: ColumnMapping = .init(),
  badRows: BadRows = BadRows()
) throws(TareError) -> [CandidateSet] {
  try readCandidates(
    Array(data), name: name, format: format, columns: columns, badRows: badRows)
}

/// The same of bytes that are held as `Data`.
package func readTable(
  _ data: Data, name: String, format: String? = nil, skipsBadRows: Bool = false,
  dropsMissing: Bool = false, columns: ColumnMapping = .init()
) throws(TareError) -> DataTable {
  try readTable(
    Array(data), name: name, format: format, skipsBadRows: skipsBadRows,
    dropsMissing: dropsMissing, columns: columns)
}

/// The format asked for, or else the first that recognises the content.
func fileFormat(of file: SourceFile, key: String?) throws(TareError) -> any FileFormat.Type {
  if let key { return try FileFormats.registry.entry(for: key) }
  return FileFormats.registry.entries.first { $0.recognises(file) } ?? CSVFile.self
}
