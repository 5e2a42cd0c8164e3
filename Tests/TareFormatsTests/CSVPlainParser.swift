/// The plain twin of the streaming reader: one byte after the other, the whole file in memory.

struct CSVPlainParser {
  private let bytes: [UInt8]
  private var position = 0
  private var line = 1

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  struct Broken: Error {
    let line: Int
  }

  struct Row: Equatable {
    let line: Int
    /// What the cells say.
    var cells: [String] = []
    /// As they stand.
    var raw: [[UInt8]] = []
  }

  /// The rows, the header among them, up to the end or the first that is broken.
  static func rows(_ bytes: [UInt8]) -> (rows: [Row], broken: Broken?) {
    var parser = CSVPlainParser(bytes)
    var rows: [Row] = []
    do throws(Broken) {
      while let row = try parser.next() {
        if let header = rows.first, row.cells.count != header.cells.count {
          throw Broken(line: row.line)
        }
        rows.append(row)
      }
      return (rows, nil)
    } catch {
      return (rows, error)
    }
  }

  private mutating func next() throws(Broken) -> Row? {
    while position < bytes.count, isLineEnd { passLineEnd() }
    guard position < bytes.count else { return nil }
    var row = Row(line: line)
    while true {
      let start = position
      var text: [UInt8] = []
      if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
        try passQuoted(to: &text)
      } else {
        while position < bytes.count, bytes[position] != UInt8(ascii: ","), !isLineEnd {
          text.append(bytes[position])
          position += 1
        }
      }
      row.cells.append(String(decoding: text, as: UTF8.self))
      row.raw.append(Array(bytes[start..<position]))
      guard position < bytes.count else { return row }
      guard bytes[position] == UInt8(ascii: ",") else {
        passLineEnd()
        return row
      }
      position += 1
    }
  }

  private mutating func passQuoted(to text: inout [UInt8]) throws(Broken) {
    let opened = line
    position += 1
    while true {
      guard position < bytes.count else { throw Broken(line: opened) }
      if bytes[position] != UInt8(ascii: "\"") {
        let start = position
        if isLineEnd { passLineEnd() } else { position += 1 }
        text += bytes[start..<position]
      } else if position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "\"") {
        text.append(UInt8(ascii: "\""))
        position += 2
      } else {
        position += 1
        break
      }
    }
    guard position == bytes.count || bytes[position] == UInt8(ascii: ",") || isLineEnd else {
      throw Broken(line: line)
    }
  }

  private var isLineEnd: Bool { bytes[position] == 0x0A || bytes[position] == 0x0D }

  private mutating func passLineEnd() {
    let isPair =
      bytes[position] == 0x0D && position + 1 < bytes.count && bytes[position + 1] == 0x0A
    position += isPair ? 2 : 1
    line += 1
  }
}
