/// Random CSV files, and the streaming reader over them.
import Foundation
import TareCore
import TareFormats
import TareTesting

/// One file in a folder of its own, which is written again for each sample.
final class CSVSamples {
  let folder: TemporaryFolder
  let path: String
  /// What the file holds now.
  private var written: [UInt8] = []

  init() throws {
    folder = try TemporaryFolder()
    path = try folder.file("in.csv", Data())
  }

  func reader(
    _ bytes: [UInt8], _ columns: CSVColumns, pieceSize: Int = 1 << 20, longestRow: Int? = nil,
    skipsBadRows: Bool = false
  ) throws -> CSVColumnReader {
    if bytes != written { try Data(bytes).write(to: URL(filePath: path)) }
    written = bytes
    return try CSVColumnReader(
      CSVPieces(ByteStream(path), pieceSize: pieceSize, longestRow: longestRow), columns: columns,
      badRows: BadRows(skips: skipsBadRows))
  }

  /// Every cell as text, [row][column], as the reader has it; the error that ended it, if one did.
  func cells(
    _ bytes: [UInt8], pieceSize: Int = 1 << 20, skipsBadRows: Bool = false
  ) throws -> (cells: [[String]], error: TareError?, skipped: SkippedRows) {
    let header = try reader(bytes, CSVColumns()).header
    var reader = try reader(
      bytes, CSVColumns(names: header.columns.map { .init($0) }), pieceSize: pieceSize,
      skipsBadRows: skipsBadRows)
    var cells: [[String]] = []
    do throws(TareError) {
      while try reader.nextBlock() {
        for row in 0..<reader.block.count {
          cells.append(
            header.columns.indices.map { reader.names[$0][Int(reader.block.names[$0][row])] })
        }
      }
    } catch {
      return (cells, error, reader.skipped)
    }
    return (cells, nil, reader.skipped)
  }

  /// A file with a header of 1 to 4 columns and well-formed rows of all sorts.
  static func random(_ generator: inout SplitMix) -> [UInt8] {
    let cells = [
      "a", "", "-1.5e3", "é😀", "x\"y", "\"a,b\"", "\"li\nne\"", "\"cr\r\nlf\"", "\"r\rr\"",
      "\"do\"\"uble\"", "\"\"", "\"\"\"\"", "\"ü\"", "a longer cell of many plain letters", " ",
    ]
    let ends = ["\n", "\r\n", "\r"]
    let end = ends.randomElement(using: &generator) ?? ""
    let columns = Int.random(in: 1...4, using: &generator)
    var text = (0..<columns).map { "column \($0)" }.joined(separator: ",") + end
    if Bool.random(using: &generator) { text = "\u{FEFF}" + text }
    for _ in 0..<Int.random(in: 1...12, using: &generator) {
      if Int.random(in: 0..<6, using: &generator) == 0 { text += end + end }
      text += (0..<columns).map { _ in cells.randomElement(using: &generator) ?? "" }
        .joined(separator: ",")
      text += Int.random(in: 0..<6, using: &generator) == 0 ? ends.randomElement() ?? "" : end
    }
    if Bool.random(using: &generator) { text.unicodeScalars.removeLast() }
    return Array(text.utf8)
  }

  /// A header of two columns and then any bytes, those most often that the grammar knows.
  static func soup(_ generator: inout SplitMix) -> [UInt8] {
    let pieces = ["\"", "\"", ",", ",", "\n", "\r\n", "\r", "a", "1", "bc", "\"\"", "é", "a,b\n"]
    let count = Int.random(in: 1...40, using: &generator)
    return Array("x,y\n".utf8)
      + (0..<count).flatMap { _ in Array((pieces.randomElement(using: &generator) ?? "").utf8) }
  }
}
