/// `tare demo`: the files that it begins with.
package import Foundation
package import TareCore

package struct DemoFiles: Sendable {
  /// As the user names it.
  package let folder: String

  /// Makes the folder.
  ///
  /// - Throws: `TareError.usage` for one that is there already: nothing in it is written over.
  package init(folder: String) throws(TareError) {
    self.folder = folder
    guard !FileManager.default.fileExists(atPath: folder) else {
      throw .usage("'\(folder)' exists; give the demo a folder that does not, with --output FOLDER")
    }
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw .usage("'\(folder)' cannot be made: \(error.localizedDescription)")
    }
  }

  package func path(_ name: String) -> String {
    (folder.hasSuffix("/") ? String(folder.dropLast()) : folder) + "/" + name
  }

  /// The pairs with their scores, as JSON Lines.
  package static func scores() throws(TareError) -> Data {
    try InputFile(name: "the demo's scores", bytes: EmbeddedFile.demoScores.bytes).data
  }

  /// The pairs alone.
  static func pairs() throws(TareError) -> Data {
    var lines: [UInt8] = []
    for line in try scores().split(separator: UInt8(ascii: "\n")) {
      var row = JSONObject()
      for (key, value) in try JSONValue(parsing: Data(line)).object?.members ?? []
      where !key.hasPrefix("score_") {
        row[key] = value
      }
      lines += JSONValue.object(row).text().utf8
      lines.append(UInt8(ascii: "\n"))
    }
    return Data(lines)
  }

  package func writeScores() throws(TareError) -> String {
    try write(Self.scores(), to: "scores.jsonl")
  }

  package func writePairs() throws(TareError) -> String {
    try write(Self.pairs(), to: "pairs.jsonl")
  }

  package func writeHead() throws(TareError) -> String {
    try write(Data(EmbeddedFile.demoHead.bytes), to: "head.safetensors")
  }

  private func write(_ data: Data, to name: String) throws(TareError) -> String {
    try Pipeline.write(data, to: path(name))
    return path(name)
  }
}
