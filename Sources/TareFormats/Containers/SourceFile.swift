/// A file before its format is known: text as checked UTF-8, or binary, not empty, and a first look at what it
/// holds.
package import Foundation
package import TareCore

package struct SourceFile: Sendable {
  /// The content without a byte order mark.
  package let bytes: [UInt8]
  package let opening: Opening
  /// Whether rows that cannot be read are left out; whoever reads rows then checks their UTF-8.
  let skipsBadRows: Bool
  /// Whether numbers that are none are read, for whoever leaves out the rows that have them.
  let takesNonFinite: Bool
  /// Whether it was UTF-16.
  let wasUTF16: Bool

  /// What is said of such a file.
  static let utf16Note = "UTF-16; output is written as UTF-8"

  /// What the beginning of the content is, by which a format recognises its files.
  package enum Opening: Sendable {
    /// The first line is a JSON object by itself, and the file's only line or not.
    case line(JSONObject, isOnly: Bool)
    /// The whole file is one JSON array, or one object over several lines.
    case whole(JSONValue)
    /// JSON objects one after another, each over as many lines as it needs, as jq writes them.
    case sequence([JSONValue])
    /// It begins as JSON does, and this is what is wrong with it.
    case broken(TareError)
    case text
    /// A binary format, by the bytes that it begins with; nothing of it was checked.
    case binary(BinaryKind)
  }

  package enum BinaryKind: Sendable {
    case parquet
    case arrow

    private static let marks: [(kind: BinaryKind, mark: [UInt8])] = [
      (.parquet, Array("PAR1".utf8)),
      // Parquet whose footer is encrypted: the reader says so.
      (.parquet, Array("PARE".utf8)),
      (.arrow, ArrowReader.mark),
      (.arrow, ArrowReader.oldFeather),
    ]

    init?(_ bytes: [UInt8]) {
      // No text begins so: neither UTF-8 nor UTF-16.
      if bytes.starts(with: ArrowReader.continuation) {
        self = .arrow
        return
      }
      // A CSV header may begin with the same letters; what follows them here is no text.
      guard let found = Self.marks.first(where: { bytes.starts(with: $0.mark) }),
        bytes.count == found.mark.count || bytes[found.mark.count] < 0x20
      else { return nil }
      self = found.kind
    }
  }

  /// - Throws: `TareError.badData` if there is nothing but white space or a line is not UTF-8.
  package init(
    _ content: [UInt8], skipsBadRows: Bool = false, dropsMissing: Bool = false
  ) throws(TareError) {
    var bytes = content
    if let kind = BinaryKind(bytes) {
      (self.bytes, self.skipsBadRows, opening) = (bytes, skipsBadRows, .binary(kind))
      (wasUTF16, takesNonFinite) = (false, false)
      return
    }
    try UnreadFile.refuse(Data(bytes.prefix(UnreadFile.openingBytes)))
    let order = UTF16Text.order(of: bytes.span, isWhole: true)
    if let order { bytes = try UTF16Text.utf8(bytes, order) }
    wasUTF16 = order != nil
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    if !skipsBadRows { try Self.checkUTF8(bytes) }
    guard let start = bytes.firstIndex(where: { !isSpace($0) }) else {
      throw .badData(place: "", found: "an empty file", accepted: "at least one row")
    }
    self.bytes = bytes
    self.skipsBadRows = skipsBadRows
    takesNonFinite = dropsMissing
    let opening = Self.look(at: bytes, from: start, takesNonFinite: takesNonFinite)
    if skipsBadRows, case .broken = opening, let object = Self.goodLine(of: bytes) {
      self.opening = .line(object, isOnly: false)
    } else {
      self.opening = opening
    }
  }

  /// The same of bytes that are held as `Data`.
  package init(_ data: Data, skipsBadRows: Bool = false) throws(TareError) {
    try self.init(Array(data), skipsBadRows: skipsBadRows)
  }

  /// - Parameter firstLine: the number of the first line of the bytes.
  static func checkUTF8(_ bytes: [UInt8], firstLine: Int = 1) throws(TareError) {
    let invalid: Int
    do {
      _ = try UTF8Span(validating: bytes.span)
      return
    } catch {
      invalid = error.byteOffsets.lowerBound
    }
    let line = bytes[..<invalid].count { $0 == newLine } + firstLine
    let hex = String(bytes[invalid], radix: 16, uppercase: true)
    throw .badData(
      place: "line \(line)", found: "bytes that are not UTF-8 (0x\(hex))", accepted: "UTF-8 text")
  }

  /// The first line that is an object by itself, where the first line of all is broken.
  private static func goodLine(of bytes: [UInt8]) -> JSONObject? {
    for line in bytes.lazy.split(separator: newLine) {
      if case .object(let object)? = try? JSONValue(parsing: Array(line)) { return object }
    }
    return nil
  }

  /// What is wrong with a JSON file that is whole but for numbers that are none: row and column of the
  /// first of them.
  private static func nonFinite(_ bytes: [UInt8]) -> TareError? {
    var reader = JSONReader(bytes, takesNonFinite: true)
    var value = JSONValue.null
    do throws(TareError) {
      try reader.document { (reader) throws(TareError) in value = try reader.value() }
    } catch {
      return nil
    }
    // Rows of columns, or columns of rows.
    let places: [(row: Int, column: String, cell: JSONValue)] =
      value.array?.enumerated().flatMap { row, object in
        (object.object?.members ?? []).map { (row, $0.key, $0.value) }
      }
      ?? value.object?.members.flatMap { column, cells in
        (cells.array ?? [cells]).enumerated().map { ($0, column, $1) }
      } ?? []
    guard let bad = places.first(where: { $0.cell.nonFinite != nil }) else { return nil }
    return .badData(
      place: "row \(bad.row + 1), column '\(bad.column)'",
      found: bad.cell.nonFinite.map { $0.isNaN ? "NaN" : "Infinity" } ?? "",
      accepted: "a finite number")
  }

  private static func look(
    at bytes: [UInt8], from start: Int, takesNonFinite: Bool
  ) -> Opening {
    switch bytes[start] {
    case UInt8(ascii: "{"):
      let end = bytes[start...].firstIndex(of: newLine) ?? bytes.count
      let line = try? JSONValue(
        parsing: Array(bytes[start..<end]), takesNonFinite: takesNonFinite)
      if case .object(let object)? = line {
        return .line(object, isOnly: bytes[end...].allSatisfy(isSpace))
      }
      fallthrough
    case UInt8(ascii: "["):
      do {
        return .whole(try JSONValue(parsing: bytes, takesNonFinite: takesNonFinite))
      } catch {
        if let objects = objects(bytes, takesNonFinite) { return .sequence(objects) }
        return .broken(nonFinite(bytes) ?? error)
      }
    default: return .text
    }
  }

  /// The objects that follow one another; nil where there is anything else.
  private static func objects(_ bytes: [UInt8], _ takesNonFinite: Bool) -> [JSONValue]? {
    var reader = JSONReader(bytes, takesNonFinite: takesNonFinite)
    var values: [JSONValue] = []
    do throws(TareError) {
      try reader.sequence { (reader) throws(TareError) in
        guard reader.isNext("{") else { throw reader.error(reader.here, "an object") }
        values.append(try reader.value())
      }
    } catch {
      return nil
    }
    return values
  }
}

extension JSONValue {
  /// - Parameter takesNonFinite: whether NaN, Infinity and -Infinity are numbers.
  init(parsing bytes: [UInt8], firstLine: Int = 1, takesNonFinite: Bool) throws(TareError) {
    guard takesNonFinite else {
      self = try JSONValue(parsing: bytes, firstLine: firstLine)
      return
    }
    var reader = JSONReader(bytes, firstLine: firstLine, takesNonFinite: true)
    var value = JSONValue.null
    try reader.document { (reader) throws(TareError) in value = try reader.value() }
    self = value
  }

  /// The first number within that is NaN or infinite.
  fileprivate var nonFinite: Double? {
    // Each is looked at once, however deep it lies.
    for element in array ?? [] {
      if let found = element.nonFinite { return found }
    }
    for member in object?.members ?? [] {
      if let found = member.value.nonFinite { return found }
    }
    return double.flatMap { $0.isFinite ? nil : $0 }
  }
}

let newLine = UInt8(ascii: "\n")

private func isSpace(_ byte: UInt8) -> Bool {
  byte == 0x20 || (0x09...0x0D).contains(byte)
}
