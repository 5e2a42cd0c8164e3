/// A file of JSON Lines as rows and columns; values stay bytes until they are asked for.
package import TareCore

package struct JSONLinesTable: TableRows {
  private let bytes: [UInt8]
  private let takesNonFinite: Bool
  package private(set) var columns: [String] = []
  package private(set) var skipped = SkippedRows()
  /// Where each row's text begins, from brace to brace, [row].
  private var starts: [Int] = []
  /// How many bytes it has, [row].
  private var lengths: [UInt32] = []
  /// The line each row stands on, [row]; empty where row r stands on line r + 1.
  private var lines: [UInt32] = []
  /// What members each row has, [row].
  private var shapes: [Int32] = []
  /// Where a row's first value stands in `values`, [row].
  private var firstValues: [Int] = []
  /// Where values begin, counted from their rows' begins: one row's after another's.
  private var values: [UInt32] = []
  /// The rows' sets of members, each once.
  private var known = Shapes()

  /// - Parameter skipsBadRows: leaves lines that cannot be read out, and counts them in `skipped`.
  /// - Throws: `TareError.badData` that names the line that is no object.
  init(_ file: SourceFile, skipsBadRows: Bool) throws(TareError) {
    bytes = file.bytes
    takesNonFinite = file.takesNonFinite
    var start = 0
    var line = 0
    while start < bytes.count {
      let end = bytes.firstIndex(of: newLine, from: start) ?? bytes.count
      let text = bytes[start..<end].trimmingBlanks()
      start = end + 1
      line += 1
      if text.isEmpty { continue }
      do throws(TareError) {
        // What is read of a bad row would stay.
        if skipsBadRows { try check(text, line: line) }
        try take(text.indices, line: line)
      } catch {
        guard skipsBadRows else { throw error }
        skipped.add(Self.kind(of: error, text), line: line, error)
      }
    }
    columns = known.columns
  }

  private func check(_ text: ArraySlice<UInt8>, line: Int) throws(TareError) {
    try SourceFile.checkUTF8(Array(text), firstLine: line)
    var reader = JSONReader(
      bytes, in: text.indices, firstLine: line, takesNonFinite: takesNonFinite)
    try reader.document { (reader) throws(TareError) in try reader.pass() }
  }

  /// Reads a row, whose values follow those of the rows before.
  private mutating func take(_ text: Range<Int>, line: Int) throws(TareError) {
    guard let length = UInt32(exactly: text.count) else {
      throw .badData(
        place: "line \(line)", found: "a row of more than 4 GiB", accepted: "a shorter row")
    }
    var reader = JSONReader(
      bytes, in: text, firstLine: line, takesNonFinite: takesNonFinite)
    let first = values.count
    var shape = known.open()
    try reader.document { (reader) throws(TareError) in
      guard reader.isNext("{") else {
        let value = try reader.value()
        throw .badData(
          place: "line \(line)", found: value.kindName, accepted: "one object per line")
      }
      try reader.members { (name, reader) throws(TareError) in
        let place = known.place(of: name, in: &shape)
        let value = UInt32(reader.position - text.lowerBound)
        if first + place < values.count {
          values[first + place] = value
        } else {
          values.append(value)
        }
        try reader.pass()
      }
    }
    if lines.isEmpty, line != starts.count + 1 {
      lines = starts.indices.map { UInt32(clamping: $0 + 1) }
    }
    if line != starts.count + 1 || !lines.isEmpty { lines.append(UInt32(clamping: line)) }
    starts.append(text.lowerBound)
    lengths.append(length)
    firstValues.append(first)
    try TableWidth.check(known.columns.count, place: "line \(line)")
    shapes.append(known.close(shape))
  }

  private static func kind(of error: TareError, _ text: ArraySlice<UInt8>) -> SkippedRows.Kind {
    guard (try? SourceFile.checkUTF8(Array(text))) != nil else { return .brokenUTF8 }
    // Python writes these, and JSON has no such numbers.
    guard case .badData(_, let found, _) = error,
      ["NaN", "Infinity", "-Infinity"].contains(where: { found.hasPrefix("'\($0)") })
    else { return .brokenJSON }
    return .notFinite
  }

  package var count: Int { starts.count }
  package var isText: Bool { false }
  package var plainFormat: String? { JSONLinesOutput.key }
  package func place(of row: Int) -> String { Self.place(of: row, lines) }
  package var withoutCells: any TableRows {
    EmptiedRows(self) { [lines] row in Self.place(of: row, lines) }
  }

  private static func place(of row: Int, _ lines: [UInt32]) -> String {
    "line \(lines.isEmpty ? row + 1 : Int(lines[row]))"
  }
}

// MARK: - Values

extension JSONLinesTable {
  /// How many values a row has.
  private func width(of row: Int) -> Int { known.shapes[Int(shapes[row])].columns.count }

  private func range(_ row: Int) -> Range<Int> { starts[row]..<starts[row] + Int(lengths[row]) }

  /// Where a row's value begins; nil where it has none.
  private func start(_ row: Int, _ column: Int) -> Int? {
    guard let place = known.shapes[Int(shapes[row])].place(of: column) else { return nil }
    return starts[row] + Int(values[firstValues[row] + place])
  }

  private func value(_ row: Int, _ column: Int) -> JSONValue? {
    guard let start = start(row, column) else { return nil }
    var reader = JSONReader(
      bytes, in: start..<range(row).upperBound, takesNonFinite: takesNonFinite)
    // It was passed before.
    return try? reader.value()
  }

  package func value(of column: String, in row: Int) -> JSONValue {
    columns.firstIndex(of: column).flatMap { value(row, $0) } ?? .null
  }

  package func values(of column: String, in rows: [Int]) -> [JSONValue] {
    guard let column = columns.firstIndex(of: column) else { return rows.map { _ in .null } }
    return rows.map { value($0, column) ?? .null }
  }

  package var sourceRows: SourceRows {
    SourceRows(count: count) { SourceRow(place: place(of: $0), columns: object($0)) }
  }

  private func object(_ row: Int) -> JSONObject {
    var object = JSONObject()
    for column in known.shapes[Int(shapes[row])].columns {
      object[columns[Int(column)]] = value(row, Int(column))
    }
    return object
  }

  package func numbers(of column: String, in rows: [Int]) -> [Double]? {
    guard let column = columns.firstIndex(of: column) else { return nil }
    let span = bytes.span
    return rows.map { row in
      guard let start = start(row, column), isNumeric(bytes[start]) else { return .nan }
      let end = numberEnd(from: start)
      let number = DecimalText.number(in: span, start, end) ?? .nan
      // An integer's zero has no sign.
      return number == 0 ? value(row, column)?.double ?? .nan : number
    }
  }

  /// Numbers that are not plain integers, and what else is no name, are for `values`.
  package func names(of column: String, in rows: [Int]) -> NameColumn? {
    guard let column = columns.firstIndex(of: column) else { return nil }
    let span = bytes.span
    var names = InternedNames()
    var codes: [Int32] = []
    codes.reserveCapacity(rows.count)
    for row in rows {
      guard let start = start(row, column), bytes[start] != UInt8(ascii: "n") else {
        codes.append(-1)
        continue
      }
      if bytes[start] == quote {
        var end = start + 1
        while bytes[end] != quote, bytes[end] != UInt8(ascii: "\\") { end += 1 }
        if bytes[end] == quote {
          codes.append(start + 1 == end ? -1 : names.number(in: span, start + 1, end))
          continue
        }
      }
      let name: String
      switch value(row, column) {
      case .string(let text)?: name = text
      case .int(let number)?: name = "\(number)"
      default: return nil
      }
      let text = Array(name.utf8)
      codes.append(names.number(in: text.span, 0, text.count))
    }
    return names.column(codes)
  }

  package func texts(of column: String) -> TextReader? {
    guard let column = columns.firstIndex(of: column) else { return nil }
    return { row, text in
      guard let start = start(row, column), bytes[start] == quote else { return false }
      var reader = JSONReader(bytes, in: start..<range(row).upperBound)
      // It was passed before.
      return (try? reader.appendString(to: &text)) != nil
    }
  }

  private func isNumeric(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "-") || byte &- UInt8(ascii: "0") < 10
  }

  private func numberEnd(from start: Int) -> Int {
    var end = start
    while end < bytes.count, isNumeric(bytes[end]) || isFraction(bytes[end]) { end += 1 }
    return end
  }

  private func isFraction(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: ".") || byte | 0x20 == UInt8(ascii: "e") || byte == UInt8(ascii: "+")
  }
}

// MARK: - Writing

extension JSONLinesTable {
  package func encoded(_ rows: [Int], adding added: [TableColumn]) -> [UInt8] {
    var out: [UInt8] = []
    for (position, row) in rows.enumerated() {
      append(row, adding: added, at: position, to: &out)
    }
    return out
  }

  /// Writes the line as it stands, with members before its closing brace; a line that has one of
  /// them already is written anew.
  private func append(
    _ row: Int, adding added: [TableColumn], at position: Int, to out: inout [UInt8]
  ) {
    let isThere = added.contains { column in
      columns.firstIndex(of: column.name).flatMap { start(row, $0) } != nil
    }
    if isThere {
      var object = object(row)
      for column in added { object[column.name] = column.values[position] }
      out += JSONValue.object(object).text().utf8
    } else {
      out += bytes[range(row)].dropLast()
      var isFirst = width(of: row) == 0
      for column in added {
        if !isFirst { out.append(comma) }
        isFirst = false
        out += JSONValue.string(column.name).text().utf8
        out.append(UInt8(ascii: ":"))
        out += column.values[position].text().utf8
      }
      out.append(UInt8(ascii: "}"))
    }
    out.append(newLine)
  }
}

extension ArraySlice<UInt8> {
  /// Without the white space of JSON at both ends.
  fileprivate func trimmingBlanks() -> ArraySlice<UInt8> {
    func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == carriageReturn }
    guard let first = firstIndex(where: { !isBlank($0) }),
      let last = lastIndex(where: { !isBlank($0) })
    else { return [] }
    return self[first...last]
  }
}
