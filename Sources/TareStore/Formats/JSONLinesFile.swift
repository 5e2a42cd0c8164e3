/// JSON Lines: an object a line, blank lines between them allowed.
package import TareCore

package enum JSONLinesFile: FileFormat {
  package static let key = "jsonl"
  package static let summary = "JSON Lines, an object a row"

  package static func recognises(_ file: SourceFile) -> Bool {
    if case .line = file.opening { true } else { false }
  }

  package static func rows(of file: SourceFile) throws(TareError) -> [SourceRow] {
    var rows: [SourceRow] = []
    var start = 0
    var line = 0
    while start < file.bytes.count {
      let end = file.bytes[start...].firstIndex(of: newLine) ?? file.bytes.count
      let text = Array(file.bytes[start..<end])
      start = end + 1
      line += 1
      guard text.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) else { continue }
      let value = try JSONValue(parsing: text, firstLine: line)
      guard let object = value.object else {
        throw .badData(place: "line \(line)", found: value.kindName, accepted: "an object a line")
      }
      rows.append(SourceRow(place: "line \(line)", columns: object))
    }
    return rows
  }
}
