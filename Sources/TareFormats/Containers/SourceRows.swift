/// The rows of a file that are not yet understood, each made as it is asked for.
import TareCore

package struct SourceRows: RandomAccessCollection, Sendable {
  package let count: Int
  private let row: @Sendable (Int) -> SourceRow

  init(count: Int, row: @escaping @Sendable (Int) -> SourceRow) {
    self.count = count
    self.row = row
  }

  init(_ rows: [SourceRow]) { self.init(count: rows.count) { rows[$0] } }

  package var startIndex: Int { 0 }
  package var endIndex: Int { count }
  package subscript(number: Int) -> SourceRow { row(number) }

  /// The same rows, each made another as it is asked for.
  func changed(_ change: @escaping @Sendable (SourceRow) -> SourceRow) -> SourceRows {
    SourceRows(count: count) { [row] in change(row($0)) }
  }
}
