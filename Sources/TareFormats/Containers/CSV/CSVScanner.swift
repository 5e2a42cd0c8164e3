/// The one CSV grammar of the project (RFC 4180, with any one separator), over bytes that may be only
/// a part of the file.
///
/// Rows end with LF, CRLF or CR; quoted cells may hold separators, line ends and doubled quotes; a quote
/// inside an unquoted cell is an ordinary character; blank lines are skipped.
import TareCore

struct CSVScanner {
  /// Where the next row begins, in the bytes that are held now.
  private(set) var position: Int
  /// The line at the position, from 1.
  private(set) var line: Int
  private let separator: UInt8
  /// A broken row was given up: the rest of its first line is passed, then lines are, until one of
  /// them holds a whole row.
  private var mustPassLine = false
  private var isResynchronising = false

  /// Where a row begins and ends (before its line end); its cells follow each other with a
  /// separator between them.
  struct Row {
    let start: Int
    let end: Int
    let line: Int
  }

  /// What stands behind the last of the bytes that are held.
  enum Ending {
    /// More of the file.
    case open
    /// More of the file, but a row that goes on there is longer than a row may be.
    case limit
    /// The end of the file.
    case file
  }

  enum Step {
    case row(Row)
    case fault(CSVFault)
    /// A row is not finished in these bytes; nothing was taken of it.
    case needsMore
    case end
  }

  init(separator: UInt8 = comma, position: Int = 0, line: Int = 1) {
    (self.separator, self.position, self.line) = (separator, position, line)
  }

  /// The bytes before the position have been let go.
  mutating func rebase() { position = 0 }

  /// Goes over one row and appends the offset at which each of its cells ends.
  ///
  /// After a fault the position is still the row's begin.
  mutating func nextRow(
    in bytes: Span<UInt8>, _ ending: Ending, appendingEndsTo ends: inout [Int]
  ) -> Step {
    while position < bytes.count, isLineEnd(bytes[position]) {
      guard let next = afterLineEnd(position, bytes, ending) else { return .needsMore }
      position = next
      line += 1
    }
    guard position < bytes.count else { return ending == .file ? .end : .needsMore }
    let first = ends.count
    var end = position
    var lines = 0
    while true {
      if end < bytes.count, bytes[end] == quote {
        let opened = line + lines
        switch passQuotedCell(in: bytes, from: &end, lines: &lines) {
        case .closed: break
        case .followed:
          return fault(
            &ends, first, line: line + lines, found: "text after the closing quote of a cell",
            accepted:
              "\(separator == comma ? "a comma" : CSVDialect.name(separator)) or the end of the "
              + "line (quotes inside a quoted cell are doubled)")
        case .unclosed:
          if ending == .open { return needsMore(&ends, first) }
          let place = ending == .file ? "" : " within \(CSVFault.longestRow >> 20) MiB"
          return fault(
            &ends, first, line: opened,
            found: place.isEmpty
              ? "a quote that is never closed" : "a quote that is not closed\(place)",
            accepted: "a closing quote (quotes inside a quoted cell are doubled)")
        }
      } else {
        end = plainEnd(in: bytes, from: end)
      }
      if end == bytes.count {
        switch ending {
        case .open: return needsMore(&ends, first)
        case .limit:
          defer { ends.removeSubrange(first...) }
          return .fault(
            CSVFault(
              kind: .tooLong, line: line, cell: ends.count - first,
              found: "a row of more than \(CSVFault.longestRow >> 20) MiB",
              accepted: "a shorter row"))
        case .file: break
        }
      }
      ends.append(end)
      if end < bytes.count, bytes[end] == separator {
        end += 1
        continue
      }
      let row = Row(start: position, end: end, line: line)
      if end < bytes.count {
        guard let next = afterLineEnd(end, bytes, ending) else { return needsMore(&ends, first) }
        position = next
        lines += 1
      } else {
        position = end
      }
      line += lines
      return .row(row)
    }
  }

  private func needsMore(_ ends: inout [Int], _ first: Int) -> Step {
    ends.removeSubrange(first...)
    return .needsMore
  }

  private func fault(
    _ ends: inout [Int], _ first: Int, line: Int, found: String, accepted: String
  ) -> Step {
    let cell = ends.count - first
    ends.removeSubrange(first...)
    return .fault(
      CSVFault(kind: .brokenQuotes, line: line, cell: cell, found: found, accepted: accepted))
  }
}

// MARK: - Cells

extension CSVScanner {
  private enum QuotedEnd { case closed, followed, unclosed }

  /// Goes from the opening quote to behind the closing one.
  private func passQuotedCell(
    in bytes: Span<UInt8>, from end: inout Int, lines: inout Int
  ) -> QuotedEnd {
    end += 1
    while true {
      guard end < bytes.count else { return .unclosed }
      let byte = bytes[end]
      if byte == quote {
        if end + 1 < bytes.count, bytes[end + 1] == quote {
          end += 2
          continue
        }
        end += 1
        break
      }
      // A CR before LF is counted with it.
      if byte == newLine
        || (byte == carriageReturn && !(end + 1 < bytes.count && bytes[end + 1] == newLine))
      {
        lines += 1
      }
      end += 1
    }
    guard end < bytes.count, bytes[end] != separator, !isLineEnd(bytes[end]) else { return .closed }
    return .followed
  }

  /// Where an unquoted cell ends: at a separator, a line end or the end of the bytes.
  ///
  /// Eight bytes at a time: subtracting 1 from each byte borrows into its top bit where it is 0, so
  /// the lowest marked byte is the first that equals the one looked for (Warren, Hacker's Delight,
  /// 6-1).
  private func plainEnd(in bytes: Span<UInt8>, from start: Int) -> Int {
    let words = bytes.bytes
    var end = start
    while end + 8 <= bytes.count {
      let word = UInt64(
        littleEndian: words.unsafeLoadUnaligned(fromByteOffset: end, as: UInt64.self))
      let hits =
        zeros(word ^ everyByte(separator)) | zeros(word ^ everyByte(newLine))
        | zeros(word ^ everyByte(carriageReturn))
      if hits != 0 { return end + hits.trailingZeroBitCount / 8 }
      end += 8
    }
    while end < bytes.count, bytes[end] != separator, !isLineEnd(bytes[end]) { end += 1 }
    return end
  }

  @inline(__always) private func everyByte(_ byte: UInt8) -> UInt64 {
    UInt64(byte) &* 0x0101_0101_0101_0101
  }

  @inline(__always) private func zeros(_ word: UInt64) -> UInt64 {
    (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
  }

  /// The offset behind a line end; nil where the file's next byte tells whether it is CR or CRLF.
  private func afterLineEnd(_ offset: Int, _ bytes: Span<UInt8>, _ ending: Ending) -> Int? {
    guard bytes[offset] == carriageReturn else { return offset + 1 }
    guard offset + 1 < bytes.count else { return ending == .file ? offset + 1 : nil }
    return bytes[offset + 1] == newLine ? offset + 2 : offset + 1
  }
}

// MARK: - Rows of a table

extension CSVScanner {
  /// The next row that has as many cells as the header, or what is wrong with it.
  ///
  /// After a fault the next call goes on: behind the row where its quotes are in order, else with
  /// the first of the lines after its first one that holds a whole row with the right number of
  /// cells. The lines between belong to the row that is broken and are no faults of their own.
  ///
  /// - Parameter isASCII: whether the bytes are, so that they need no look at their UTF-8.
  mutating func nextRow(
    in bytes: Span<UInt8>, _ ending: Ending, columns: Int, isASCII: Bool,
    appendingEndsTo ends: inout [Int]
  ) -> Step {
    while true {
      if mustPassLine {
        guard passLine(in: bytes, ending) else { return ending == .file ? .end : .needsMore }
        mustPassLine = false
      }
      let first = ends.count
      let fault: CSVFault
      switch nextRow(in: bytes, ending, appendingEndsTo: &ends) {
      case .row(let row):
        let count = ends.count - first
        if let found = isASCII ? nil : invalidUTF8(row, bytes, ends[first...]) {
          fault = found
        } else if count == columns {
          isResynchronising = false
          return .row(row)
        } else {
          fault = CSVFault(
            kind: .cellCount, line: row.line, cell: nil, found: "\(count) cells",
            accepted: "\(columns) cells, as in the header")
        }
        ends.removeSubrange(first...)
      case .fault(let found):
        mustPassLine = true
        if !isResynchronising {
          isResynchronising = true
          return .fault(found)
        }
        continue
      case .needsMore: return .needsMore
      case .end: return .end
      }
      if !isResynchronising { return .fault(fault) }
    }
  }

  /// Passes the rest of the line; what of it is held is let go even where its end is not there yet.
  private mutating func passLine(in bytes: Span<UInt8>, _ ending: Ending) -> Bool {
    while position < bytes.count, !isLineEnd(bytes[position]) { position += 1 }
    guard position < bytes.count, let next = afterLineEnd(position, bytes, ending) else {
      return false
    }
    position = next
    line += 1
    return true
  }

  func invalidUTF8(
    _ row: Row, _ bytes: Span<UInt8>, _ ends: ArraySlice<Int>
  ) -> CSVFault? {
    let invalid: Int
    do {
      _ = try UTF8Span(validating: bytes.extracting(row.start..<row.end))
      return nil
    } catch {
      invalid = row.start + error.byteOffsets.lowerBound
    }
    var lines = 0
    for offset in row.start..<invalid where isLineEnd(bytes[offset]) {
      let isPair = bytes[offset] == carriageReturn && bytes[offset + 1] == newLine
      if !isPair { lines += 1 }
    }
    return CSVFault(
      kind: .brokenUTF8, line: row.line + lines, cell: ends.count { $0 <= invalid },
      found: "bytes that are not UTF-8 (0x\(String(bytes[invalid], radix: 16, uppercase: true)))",
      accepted: "UTF-8 text")
  }
}

let comma = UInt8(ascii: ",")
let quote = UInt8(ascii: "\"")
let carriageReturn = UInt8(ascii: "\r")

@inline(__always) func isLineEnd(_ byte: UInt8) -> Bool {
  byte == newLine || byte == carriageReturn
}
