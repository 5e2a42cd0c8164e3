/// The first row of a CSV file: the columns' names, and what is written back of it.
import TareCore

package struct CSVHeader: Sendable {
  package let columns: [String]
  /// The row as it stands, without its line end.
  let bytes: [UInt8]
  /// What ends the header's line: LF or CRLF; written rows end so too.
  let lineEnd: [UInt8]

  /// - Parameters:
  ///   - row: the header's row and the ends of its cells; nil where the file has none.
  /// - Throws: `TareError.badData` for a name that stands twice.
  init(
    _ row: CSVScanner.Row?, ends: [Int], in bytes: Span<UInt8>
  ) throws(TareError) {
    guard let row else {
      columns = []
      self.bytes = []
      lineEnd = [newLine]
      return
    }
    var names: [String] = []
    for (index, end) in ends.enumerated() {
      let start = index == 0 ? row.start : ends[index - 1] + 1
      let name = CSVCell.text(in: bytes, start, end)
      if let first = names.firstIndex(of: name) {
        throw .badData(
          place: "line \(row.line)",
          found: "the name '\(name)' for column \(first + 1) and column \(index + 1)",
          accepted: "names that differ")
      }
      names.append(name)
    }
    columns = names
    self.bytes = (row.start..<row.end).map { bytes[$0] }
    let isCRLF =
      row.end + 1 < bytes.count && bytes[row.end] == carriageReturn
      && bytes[row.end + 1] == newLine
    lineEnd = isCRLF ? [carriageReturn, newLine] : [newLine]
  }
}
