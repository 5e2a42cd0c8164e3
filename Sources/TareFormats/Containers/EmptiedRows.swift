/// Rows of which nothing is kept but where they stood, for when all that is wanted of them has been read.
package import TareCore

package struct EmptiedRows: TableRows {
  package let columns: [String]
  package let count: Int
  package let isText: Bool
  package let skipped: SkippedRows
  private let placeOfRow: @Sendable (Int) -> String

  /// - Parameter place: as that of the rows, but without them.
  init(_ rows: some TableRows, place: @escaping @Sendable (Int) -> String) {
    columns = rows.columns
    count = rows.count
    isText = rows.isText
    skipped = rows.skipped
    placeOfRow = place
  }

  package func place(of row: Int) -> String { placeOfRow(row) }

  package func values(of column: String, in rows: [Int]) -> [JSONValue] {
    rows.map { _ in .null }
  }

  package func encoded(
    _ rows: [Int], adding columns: [TableColumn]
  ) throws(TareError) -> [UInt8] {
    throw .fault("rows whose cells were not kept cannot be written")
  }
}
