/// JSON Lines: an object a line, blank lines between them allowed.
package import TareCore

package enum JSONLinesFile: FileFormat {
  package static let key = "jsonl"
  package static let summary = "JSON Lines, an object a row"
  package static let example =
    #"{"prompt_id":"7","score":2.5,"length":120}"#

  package static func recognises(_ file: SourceFile) -> Bool {
    guard case .line(let object, let isOnly) = file.opening else { return false }
    return !isOnly || !isTable(object)
  }

  /// Whether an object by itself holds a table rather than a row.
  static func isTable(_ object: JSONObject) -> Bool {
    // What is a table and cannot be read is told by whoever reads tables.
    guard let frame = try? JSONFrame(.object(object)) else { return true }
    return frame != .row
  }

  package static func rows(of file: SourceFile) throws(TareError) -> [SourceRow] {
    try lines(of: file, skipping: nil).rows
  }

  package static func table(of file: SourceFile) throws(TareError) -> any TableRows {
    guard file.skipsBadRows else {
      let (rows, texts, _) = try lines(of: file, skipping: nil)
      return JSONRows(rows, layout: .lines(texts))
    }
    let (rows, texts, skipped) = try lines(of: file, skipping: SkippedRows())
    if rows.isEmpty, let error = skipped?.first { throw error }
    return JSONRows(rows, layout: .lines(texts), skipped: skipped ?? SkippedRows())
  }

  /// The rows, and their text from brace to brace.
  /// - Parameter skipping: counts lines that cannot be read; nil where those are errors.
  private static func lines(
    of file: SourceFile, skipping skipped: SkippedRows?
  ) throws(TareError) -> (rows: [SourceRow], texts: [[UInt8]], skipped: SkippedRows?) {
    var skipped = skipped
    var rows: [SourceRow] = []
    var texts: [[UInt8]] = []
    var start = 0
    var line = 0
    while start < file.bytes.count {
      let end = file.bytes[start...].firstIndex(of: newLine) ?? file.bytes.count
      let text = file.bytes[start..<end].trimmingBlanks()
      start = end + 1
      line += 1
      if text.isEmpty { continue }
      do throws(TareError) {
        if skipped != nil { try SourceFile.checkUTF8(text, firstLine: line) }
        rows.append(SourceRow(place: "line \(line)", columns: try object(text, line: line, file)))
        texts.append(text)
      } catch {
        guard skipped != nil else { throw error }
        skipped?.add(kind(of: error, text), line: line, error)
      }
    }
    return (rows, texts, skipped)
  }

  private static func kind(of error: TareError, _ text: [UInt8]) -> SkippedRows.Kind {
    guard (try? SourceFile.checkUTF8(text)) != nil else { return .brokenUTF8 }
    // Python writes these, and JSON has no such numbers.
    guard case .badData(_, let found, _) = error,
      ["NaN", "Infinity", "-Infinity"].contains(where: { found.hasPrefix("'\($0)") })
    else { return .brokenJSON }
    return .notFinite
  }

  private static func object(
    _ text: [UInt8], line: Int, _ file: SourceFile
  ) throws(TareError) -> JSONObject {
    let value = try JSONValue(
      parsing: text, firstLine: line, takesNonFinite: file.takesNonFinite)
    guard let object = value.object else {
      throw .badData(place: "line \(line)", found: value.kindName, accepted: "an object a line")
    }
    return object
  }
}

extension ArraySlice<UInt8> {
  /// Without the white space of JSON at both ends.
  fileprivate func trimmingBlanks() -> [UInt8] {
    func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == carriageReturn }
    guard let first = firstIndex(where: { !isBlank($0) }),
      let last = lastIndex(where: { !isBlank($0) })
    else { return [] }
    return Array(self[first...last])
  }
}
