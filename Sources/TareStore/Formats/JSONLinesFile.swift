/// JSON Lines: an object a line, blank lines between them allowed.
package import TareCore

package enum JSONLinesFile: FileFormat {
  package static let key = "jsonl"
  package static let summary = "JSON Lines, an object a row"

  package static func recognises(_ file: SourceFile) -> Bool {
    if case .line = file.opening { true } else { false }
  }

  package static func rows(of file: SourceFile) throws(TareError) -> [SourceRow] {
    try lines(of: file).rows
  }

  package static func table(of file: SourceFile) throws(TareError) -> any TableRows {
    let (rows, texts) = try lines(of: file)
    return JSONRows(rows, layout: .lines(texts))
  }

  /// The rows, and their text from brace to brace.
  private static func lines(
    of file: SourceFile
  ) throws(TareError) -> (rows: [SourceRow], texts: [[UInt8]]) {
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
      let value = try JSONValue(parsing: text, firstLine: line)
      guard let object = value.object else {
        throw .badData(place: "line \(line)", found: value.kindName, accepted: "an object a line")
      }
      rows.append(SourceRow(place: "line \(line)", columns: object))
      texts.append(text)
    }
    return (rows, texts)
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
