/// Results on standard output and in files.
internal import Foundation
internal import TareCore

enum Output {
  /// One JSON line a row.
  static func lines(_ rows: [JSONObject]) -> String {
    rows.map { JSONValue.object($0).text() + "\n" }.joined()
  }

  static func print(_ rows: [JSONObject]) { print(Data(lines(rows).utf8)) }

  static func print(_ data: Data) {
    // A reader that has seen enough (`| head`) is no error.
    signal(SIGPIPE, SIG_DFL)
    FileHandle.standardOutput.write(data)
  }

  static func write(_ rows: [JSONObject], to path: String) throws(TareError) {
    do {
      try Data(lines(rows).utf8).write(to: URL(filePath: path), options: .atomic)
    } catch {
      throw .fault("\(path): cannot be written: \(error.localizedDescription)")
    }
  }
}
