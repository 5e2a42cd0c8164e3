/// An input that a user named: a file, or standard input as "-"; gzipped or not.
package import Foundation
package import TareCore
internal import TareStore

package struct InputFile: Sendable {
  /// What errors call it.
  package let name: String
  package let data: Data

  init(name: String, data: Data) {
    self.name = name
    self.data = data
  }

  /// - Throws: `TareError.badData` if the file cannot be read, or is damaged gzip.
  package init(_ path: String) throws(TareError) {
    let isStandardInput = path == "-"
    name = isStandardInput ? "standard input" : path
    let bytes: Data
    do {
      bytes =
        isStandardInput
        ? FileHandle.standardInput.readDataToEndOfFile()
        : try Data(contentsOf: URL(filePath: path), options: .mappedIfSafe)
    } catch {
      throw .badData(
        place: path, found: "no file that can be read",
        accepted: "a readable file, or - for standard input")
    }
    guard Gzip.isGzip(bytes) else {
      data = bytes
      return
    }
    do { data = try Gzip.inflated(bytes) } catch { throw error.inside(name) }
  }
}
