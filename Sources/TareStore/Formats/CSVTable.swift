/// A CSV file as rows and named columns; cells stay bytes until they are asked for.
import TareCore

struct CSVTable: Sendable {
  let columns: [String]
  private let bytes: [UInt8]
  /// Where each row begins, [row].
  private var starts: [Int] = []
  /// The line each row begins on, [row].
  private(set) var lines: [Int] = []
  /// Where each cell ends, [row, column].
  private var ends: [Int] = []

  var rowCount: Int { starts.count }

  /// - Throws: `TareError.badData` for unbalanced quotes, a row that is shorter or longer than the
  ///   header, a column name that stands twice, and a header without rows.
  init(_ bytes: [UInt8]) throws(TareError) {
    self.bytes = bytes
    var parser = CSVParser(bytes)
    var headerEnds: [Int] = []
    let header = try parser.nextRow(appendingEndsTo: &headerEnds)
    var names: [String] = []
    for (index, end) in headerEnds.enumerated() {
      let start = index == 0 ? header?.start ?? 0 : headerEnds[index - 1] + 1
      let name = Self.text(bytes[start..<end])
      if let first = names.firstIndex(of: name) {
        throw .badData(
          place: "line \(header?.line ?? 1)",
          found: "the name '\(name)' for column \(first + 1) and column \(index + 1)",
          accepted: "names that differ")
      }
      names.append(name)
    }
    columns = names
    while let row = try parser.nextRow(appendingEndsTo: &ends) {
      starts.append(row.start)
      lines.append(row.line)
      let expected = starts.count * columns.count
      guard ends.count == expected else {
        throw .badData(
          place: "line \(row.line)", found: "\(ends.count - expected + columns.count) cells",
          accepted: "\(columns.count), as many as the header has")
      }
    }
    guard !starts.isEmpty else {
      throw .badData(place: "", found: "a header without rows", accepted: "at least one row")
    }
  }

  /// The bytes of a cell as they stand in the file, with their quotes.
  func cell(_ row: Int, _ column: Int) -> ArraySlice<UInt8> {
    let cell = row * columns.count + column
    return bytes[(column == 0 ? starts[row] : ends[cell - 1] + 1)..<ends[cell]]
  }

  func text(_ row: Int, _ column: Int) -> String { Self.text(cell(row, column)) }

  /// What a cell says, without its quotes.
  private static func text(_ cell: ArraySlice<UInt8>) -> String {
    guard cell.first == quote else { return String(decoding: cell, as: UTF8.self) }
    var inner: [UInt8] = []
    inner.reserveCapacity(cell.count)
    var afterQuote = false
    for byte in cell.dropFirst().dropLast() {
      if byte == quote, !afterQuote {
        afterQuote = true
      } else {
        inner.append(byte)
        afterQuote = false
      }
    }
    return String(decoding: inner, as: UTF8.self)
  }
}
