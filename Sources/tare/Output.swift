/// Results on standard output and in files.
internal import Foundation
internal import TareCore

enum Output {
  /// One JSON line a row.
  static func lines(_ rows: [JSONObject]) -> String {
    rows.map { JSONValue.object($0).text() + "\n" }.joined()
  }

  static func print(_ rows: [JSONObject]) throws(TareError) { try print(Data(lines(rows).utf8)) }

  /// A result as indented JSON.
  static func print(_ value: JSONValue) throws(TareError) {
    try print(Data((value.text(indent: 2) + "\n").utf8))
  }

  /// - Throws: `TareError.fault` if standard output takes no more, as on a full disk.
  static func print(_ data: Data) throws(TareError) {
    // A reader that has seen enough (`| head`) is no error.
    signal(SIGPIPE, SIG_DFL)
    do {
      try FileHandle.standardOutput.write(contentsOf: data)
    } catch {
      throw .fault("standard output cannot be written: \(error.localizedDescription)")
    }
  }

  static func write(_ rows: [JSONObject], to path: String) throws(TareError) {
    try write(Data(lines(rows).utf8), to: path)
  }

  static func write(_ data: Data, to path: String) throws(TareError) {
    do {
      try data.write(to: URL(filePath: path), options: .atomic)
    } catch {
      throw .fault("\(path): cannot be written: \(error.localizedDescription)")
    }
  }
}
