/// How a CSV file is written: what separates its cells, what stands above its header, and the mark
/// before its fractions.
import TareCore

struct CSVDialect: Sendable, Equatable {
  /// A comma, a semicolon, a tab or a bar.
  var separator = comma
  /// Bytes above the header: comments, and Excel's "sep=;".
  var preamble = 0
  /// The lines of these bytes.
  var preambleLines = 0
  /// Separators by which the header and all rows that were looked at fall apart as evenly.
  var rivals: [UInt8] = []
  /// The mark of each column's numbers, [column]; nil where it is a point in all of them.
  var marks: [DecimalMark]?
  /// Columns without a value in the rows that were looked at, by their places.
  var emptyColumns: Set<Int> = []

  /// As many rows and bytes as are looked at: a file that changes behind them is refused there.
  private static let sampleRows = 100
  static let sampleBytes = 1 << 16

  static let separators = [comma, UInt8(ascii: "\t"), UInt8(ascii: ";"), UInt8(ascii: "|")]

  init() {}

  /// Whether numbers that are added get a decimal comma.
  var writesCommas: Bool { marks?.contains(.comma) ?? false }

  func mark(_ column: Int) -> DecimalMark { marks?[column] ?? .point }

  /// A scanner that stands at the header.
  var scanner: CSVScanner {
    CSVScanner(separator: separator, position: preamble, line: preambleLines + 1)
  }

  /// What a reader is told where the file could have been taken otherwise.
  var note: String? {
    guard !rivals.isEmpty else { return nil }
    let others = rivals.map(Self.name).joined(separator: " or ")
    return "cells are separated by \(Self.name(separator)) (assumed; \(others) would fit as well)"
  }

  static func name(_ separator: UInt8) -> String {
    separator == UInt8(ascii: "\t") ? "a tab" : "'\(Character(Unicode.Scalar(separator)))'"
  }
}

// MARK: - Recognition

extension CSVDialect {
  /// - Parameters:
  ///   - bytes: the beginning of a file.
  ///   - isWhole: whether they are all of it.
  init(recognising bytes: Span<UInt8>, isWhole: Bool) {
    let bytes = bytes.extracting(0..<min(bytes.count, Self.sampleBytes))
    let isWhole = isWhole && bytes.count < Self.sampleBytes
    self.init()
    if let named = Self.named(in: bytes) {
      (separator, preamble, preambleLines) = (named.separator, named.end, 1)
    } else {
      passComments(in: bytes, isWhole: isWhole)
      chooseSeparator(in: bytes, isWhole: isWhole)
    }
    chooseMarks(in: bytes, isWhole: isWhole)
  }

  /// Excel's first line "sep=;".
  private static func named(in bytes: Span<UInt8>) -> (separator: UInt8, end: Int)? {
    let key = Array("sep=".utf8)
    guard bytes.count > key.count + 1, key.indices.allSatisfy({ bytes[$0] == key[$0] }),
      separators.contains(bytes[key.count]), isLineEnd(bytes[key.count + 1])
    else { return nil }
    return (bytes[key.count], lineEnd(behind: key.count, in: bytes))
  }

  /// The offset behind the end of the line that an offset is in.
  private static func lineEnd(behind offset: Int, in bytes: Span<UInt8>) -> Int {
    var end = offset
    while end < bytes.count, !isLineEnd(bytes[end]) { end += 1 }
    let isPair =
      end + 1 < bytes.count && bytes[end] == carriageReturn && bytes[end + 1] == newLine
    return min(bytes.count, end + (isPair ? 2 : 1))
  }

  /// Passes lines that begin with # above the header. The last of them is the header itself where it
  /// has as many cells as the next row, and that row holds a number or the # stands before a name.
  private mutating func passComments(in bytes: Span<UInt8>, isWhole: Bool) {
    var (offset, line) = (0, 0)
    var last: (start: Int, line: Int)?
    while offset < bytes.count, bytes[offset] == UInt8(ascii: "#") || isLineEnd(bytes[offset]) {
      if bytes[offset] == UInt8(ascii: "#") { last = (offset, line) }
      offset = Self.lineEnd(behind: offset, in: bytes)
      line += 1
    }
    guard let last, offset < bytes.count || isWhole else { return }
    (preamble, preambleLines) = (offset, line)
    let isBeforeName = last.start + 1 < bytes.count && bytes[last.start + 1] > 0x20
    for separator in Self.separators {
      var scanner = CSVScanner(separator: separator, position: last.start, line: 1)
      var ends: [Int] = []
      guard case .row(let header) = scanner.nextRow(in: bytes, .file, appendingEndsTo: &ends),
        bytes[header.start] != quote
      else { continue }
      let count = ends.count
      guard case .row(let row) = scanner.nextRow(in: bytes, .file, appendingEndsTo: &ends),
        ends.count == 2 * count
      else { continue }
      var start = row.start
      let hasNumber = ends[count...].contains { end in
        defer { start = end + 1 }
        return CSVCell.number(in: bytes, start, end, .undecided) != nil
      }
      if hasNumber || (isBeforeName && count > 1) {
        (preamble, preambleLines) = (last.start, last.line)
        return
      }
    }
  }

  private mutating func chooseSeparator(in bytes: Span<UInt8>, isWhole: Bool) {
    var best: (separator: UInt8, share: Double)?
    for candidate in Self.separators {
      let (cells, share, rows) = fit(of: candidate, in: bytes, isWhole: isWhole)
      // A column alone may have a name that holds anything; its rows then do not fall apart so.
      guard cells > 1, candidate == comma || share >= 0.5 else { continue }
      if let found = best, share <= found.share {
        if share == 1, rows > 0 { rivals.append(candidate) }
        continue
      }
      best = (candidate, share)
      rivals = []
    }
    if let best { separator = best.separator }
  }

  /// The cells of the header, and the share of the rows behind it that have as many.
  private func fit(
    of separator: UInt8, in bytes: Span<UInt8>, isWhole: Bool
  ) -> (cells: Int, share: Double, rows: Int) {
    var scanner = CSVScanner(separator: separator, position: preamble, line: 1)
    var cells = 0
    var (rows, alike) = (0, 0)
    var ends: [Int] = []
    scan: while rows <= Self.sampleRows {
      ends.removeAll(keepingCapacity: true)
      switch scanner.nextRow(in: bytes, isWhole ? .file : .open, appendingEndsTo: &ends) {
      case .row where cells == 0: cells = ends.count
      case .row:
        rows += 1
        if ends.count == cells { alike += 1 }
      case .fault:
        rows += 1
        break scan
      case .needsMore, .end: break scan
      }
    }
    return (cells, rows == 0 ? 1 : Double(alike) / Double(rows), rows)
  }

  private mutating func chooseMarks(in bytes: Span<UInt8>, isWhole: Bool) {
    var scanner = self.scanner
    var ends: [Int] = []
    guard
      case .row = scanner.nextRow(in: bytes, isWhole ? .file : .open, appendingEndsTo: &ends)
    else { return }
    let columns = ends.count
    var shapes = [Set<DecimalMark.Shape>](repeating: [], count: columns)
    // An answer such as "2,5" among texts says nothing of how the file's numbers are written.
    var areNumbers = [Bool](repeating: true, count: columns)
    var hasValues = [Bool](repeating: false, count: columns)
    for _ in 0..<Self.sampleRows {
      ends.removeAll(keepingCapacity: true)
      guard
        case .row(let row) = scanner.nextRow(
          in: bytes, isWhole ? .file : .open, appendingEndsTo: &ends)
      else { break }
      guard ends.count == columns else { continue }
      var start = row.start
      for (column, end) in ends.enumerated() {
        let isQuoted = start < end && bytes[start] == quote
        let (first, last) = isQuoted ? (start + 1, end - 1) : (start, end)
        let shape = DecimalMark.shape(of: bytes, first, last)
        shapes[column].insert(shape)
        if first < last { hasValues[column] = true }
        if shape == .none, first < last, DecimalText.number(in: bytes, first, last) == nil {
          areNumbers[column] = false
        }
        start = end + 1
      }
    }
    emptyColumns = Set(hasValues.indices.filter { !hasValues[$0] })
    let all = zip(shapes, areNumbers).reduce(into: Set<DecimalMark.Shape>()) { all, column in
      if column.1 { all.formUnion(column.0) }
    }
    guard separator != comma || all.contains(.comma) || all.contains(.ambiguous) else { return }
    let usual: DecimalMark =
      if all.contains(.point) {
        .point
      } else if all.contains(.comma) {
        .comma
      } else if all.contains(.pointOrThousands) || separator == comma {
        .point
      } else {
        .undecided
      }
    let marks = shapes.map { (shapes) -> DecimalMark in
      let hasPoint = shapes.contains(.point)
      if shapes.contains(.comma) {
        return hasPoint || shapes.contains(.pointOrThousands) ? .undecided : .comma
      }
      if hasPoint { return .point }
      if shapes.contains(.pointOrThousands) { return all.contains(.comma) ? .unclear : .point }
      if shapes.contains(.ambiguous), usual != .comma { return .unclear }
      return usual
    }
    if marks.contains(where: { $0 != .point }) { self.marks = marks }
  }
}
