/// Comma-separated values (RFC 4180) over bytes, a row at a time.
///
/// Rows end with LF, CRLF or CR; quoted cells may hold commas, line ends and doubled quotes; a quote
/// inside an unquoted cell is an ordinary character; blank lines are skipped.
import TareCore

struct CSVParser {
  private let bytes: [UInt8]
  private var position = 0
  /// The line at the position, from 1.
  private var line = 1

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Where a row begins; its cells follow each other with a comma between them.
  struct Row {
    let start: Int
    let line: Int
  }

  /// Goes over one row and appends the offset at which each of its cells ends.
  /// - Returns: nil at the end of the file.
  /// - Throws: `TareError.badData` where quotes are not balanced.
  mutating func nextRow(appendingEndsTo ends: inout [Int]) throws(TareError) -> Row? {
    while position < bytes.count, isLineEnd(bytes[position]) { passLineEnd() }
    guard position < bytes.count else { return nil }
    let row = Row(start: position, line: line)
    while true {
      if position < bytes.count, bytes[position] == quote {
        try passQuotedCell()
      } else {
        while position < bytes.count, bytes[position] != comma, !isLineEnd(bytes[position]) {
          position += 1
        }
      }
      ends.append(position)
      guard position < bytes.count else { return row }
      guard bytes[position] == comma else {
        passLineEnd()
        return row
      }
      position += 1
    }
  }

  private mutating func passQuotedCell() throws(TareError) {
    let opened = line
    position += 1
    while true {
      guard position < bytes.count else {
        throw .badData(
          place: "line \(opened)", found: "a quote that is never closed",
          accepted: "a closing quote; quotes inside a quoted cell are doubled")
      }
      if bytes[position] != quote {
        if isLineEnd(bytes[position]) { passLineEnd() } else { position += 1 }
      } else if position + 1 < bytes.count, bytes[position + 1] == quote {
        position += 2
      } else {
        position += 1
        break
      }
    }
    guard position == bytes.count || bytes[position] == comma || isLineEnd(bytes[position]) else {
      throw .badData(
        place: "line \(line)", found: "text after the closing quote of a cell",
        accepted: "a comma or the end of the line; quotes inside a quoted cell are doubled")
    }
  }

  private mutating func passLineEnd() {
    let isPair =
      bytes[position] == carriageReturn && position + 1 < bytes.count
      && bytes[position + 1] == newLine
    position += isPair ? 2 : 1
    line += 1
  }
}

let comma = UInt8(ascii: ",")
let quote = UInt8(ascii: "\"")
let carriageReturn = UInt8(ascii: "\r")

func isLineEnd(_ byte: UInt8) -> Bool { byte == newLine || byte == carriageReturn }
