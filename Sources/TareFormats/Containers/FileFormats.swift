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
}

/// A way to lay out prompts and responses, or scores, in a file.
package protocol FileFormat: Registered {
  /// Whether the file's content is of this format.
  static func recognises(_ file: SourceFile) -> Bool
  /// The rows in the file's order, not yet understood.
  static func rows(of file: SourceFile) throws(TareError) -> [SourceRow]
  /// The same rows by columns, with what is needed to write them back as they were.
  static func table(of file: SourceFile) throws(TareError) -> any TableRows
}

/// Reads the input of `score`, `rank` and `pairs`.
///
/// - Parameters:
///   - name: what errors call the file.
///   - format: a key of `FileFormats.registry`; nil to recognise the format by content.
///   - columns: other names for the file's columns.
/// - Returns: a set a row, in the file's order, their ids unique.
/// - Throws: `TareError.badData` that names file, line or row, and column.
package func readCandidates(
  _ data: Data, name: String, format: String? = nil, columns: ColumnMapping = .init()
) throws(TareError) -> [CandidateSet] {
  do {
    let file = try SourceFile(data)
    return try candidateSets(try fileFormat(of: file, key: format).rows(of: file), columns)
  } catch {
    throw error.inside(name)
  }
}

/// Reads a table with any columns: scores for `calibrate` and `evaluate`, numbers for `smooth`.
///
/// Parameters and errors are those of `readCandidates`; with `skipsBadRows` CSV rows and JSON lines
/// that cannot be read are left out, and counted in the table's `skipped`.
package func readTable(
  _ data: Data, name: String, format: String? = nil, skipsBadRows: Bool = false,
  columns: ColumnMapping = .init()
) throws(TareError) -> DataTable {
  do {
    let file = try SourceFile(data, skipsBadRows: skipsBadRows)
    let found = try fileFormat(of: file, key: format)
    let rows = try found.table(of: file)
    return DataTable(
      name: name, columns.isEmpty ? rows : try MappedRows(rows, columns), format: found.key)
  } catch {
    throw error.inside(name)
  }
}

/// The format asked for, or else the first that recognises the content.
func fileFormat(of file: SourceFile, key: String?) throws(TareError) -> any FileFormat.Type {
  if let key { return try FileFormats.registry.entry(for: key) }
  return FileFormats.registry.entries.first { $0.recognises(file) } ?? CSVFile.self
}
