/// What `tare serve` needs beside the service.
internal import Foundation
package import TareCore

extension Pipeline {
  /// The first line of a file that holds a secret.
  /// - Throws: `TareError.usage` if there is none.
  package func readKey(_ path: String) throws(TareError) -> String {
    let text = String(decoding: try InputFile(path).data, as: UTF8.self)
    guard let key = text.split(whereSeparator: \.isNewline).first.map(String.init) else {
      throw .usage("\(path): expected a key on the first line, found an empty file")
    }
    return key
  }
}
