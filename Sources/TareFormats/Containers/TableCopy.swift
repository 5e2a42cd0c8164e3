/// A table's file on its way into another file, where that is written in pieces.
package import TareCore

/// Holds the file as it was read, and no column of it.
package struct TableCopy: Sendable {
  private let name: String
  private let file: ParquetCopy
  /// nil for the file's own layout.
  private let format: (any RowwiseOutput.Type)?

  init(name: String, _ file: ParquetCopy, as format: (any RowwiseOutput.Type)?) {
    (self.name, self.file, self.format) = (name, file, format)
  }

  /// Writes all rows; the sink is finished by who made it.
  ///
  /// - Parameter columns: numbers that are added or replaced, one a row.
  package func write(
    adding columns: [(name: String, values: [Double])], to sink: ByteSink
  ) throws(TareError) {
    do throws(TareError) {
      if let format {
        try file.write(adding: columns, as: format, to: sink)
      } else {
        try file.write(adding: columns, to: sink)
      }
    } catch {
      throw error.inside(name)
    }
  }
}
