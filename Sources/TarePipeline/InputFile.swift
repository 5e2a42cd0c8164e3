/// An input that a user named: a file, or standard input as "-".
package import Foundation
package import TareCore

package struct InputFile: Sendable {
  /// What errors call it.
  package let name: String
  package let data: Data

  init(name: String, data: Data) {
    self.name = name
    self.data = data
  }

  /// - Throws: `TareError.badData` if the file cannot be read.
  package init(_ path: String) throws(TareError) {
    if path == "-" {
      name = "standard input"
      data = FileHandle.standardInput.readDataToEndOfFile()
      return
    }
    name = path
    do {
      data = try Data(contentsOf: URL(filePath: path), options: .mappedIfSafe)
    } catch {
      throw .badData(
        place: path, found: "no file that can be read",
        accepted: "a readable file, or - for standard input")
    }
  }
}
