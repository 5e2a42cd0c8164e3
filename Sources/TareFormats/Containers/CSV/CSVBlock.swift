/// Some rows of a CSV file that follow each other, with the values of the columns that were asked
/// for.
package struct CSVBlock: Sendable {
  package private(set) var count = 0
  /// [column][row]
  package var numbers: [[Double]]
  /// The names' numbers, [column][row].
  package var names: [[Int32]]
  /// How good each response is; NaN where the cell says nothing, [column][row].
  package var labels: [[Double]]
  /// Where each row begins in the reader's bytes, [row].
  var starts: [Int] = []
  /// Where each cell ends, [row, column]; the row itself ends with its last cell.
  var ends: [Int] = []

  init(_ columns: CSVColumns) {
    numbers = columns.numbers.map { _ in [] }
    names = columns.names.map { _ in [] }
    labels = columns.labels.map { _ in [] }
  }

  mutating func removeAll() {
    count = 0
    starts.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    for index in numbers.indices { numbers[index].removeAll(keepingCapacity: true) }
    for index in names.indices { names[index].removeAll(keepingCapacity: true) }
    for index in labels.indices { labels[index].removeAll(keepingCapacity: true) }
  }

  /// The row whose values were appended is whole.
  mutating func commit(_ row: CSVScanner.Row) {
    starts.append(row.start)
    count += 1
  }

  /// Takes back what was appended of a row that turns out to be bad.
  mutating func rollBack(columns: Int) {
    ends.removeLast(ends.count - count * columns)
    for index in numbers.indices { numbers[index].removeLast(numbers[index].count - count) }
    for index in names.indices { names[index].removeLast(max(0, names[index].count - count)) }
    for index in labels.indices { labels[index].removeLast(labels[index].count - count) }
  }
}
