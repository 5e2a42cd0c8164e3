/// An input that a user named: a file, compressed with gzip or zstd or not, several files that are one table, or
/// standard input as "-".
package import Foundation
package import TareCore
internal import TareFormats

package struct InputFile: Sendable {
  /// What errors call it.
  package let name: String
  package let data: Data
  /// How many files the data are of.
  package private(set) var files = 1

  /// - Parameter bytes: compressed or not.
  /// - Throws: `TareError.badData` for damaged gzip or zstd.
  init(name: String, bytes: Data) throws(TareError) {
    self.name = name
    guard let compression = Compression(of: bytes) else {
      data = bytes
      return
    }
    do { data = try compression.inflated(bytes) } catch { throw error.inside(name) }
  }

  /// - Parameter path: a file's, or one of those that `TableFiles` takes.
  /// - Throws: `TareError.badData` if the file cannot be read, or is damaged gzip or zstd.
  package init(_ path: String) throws(TareError) {
    do {
      let several = path == "-" ? nil : try TableFiles(path)
      let bytes =
        path == "-"
        ? FileHandle.standardInput.readDataToEndOfFile()
        : try several?.content() ?? Data(contentsOf: URL(filePath: path), options: .mappedIfSafe)
      try self.init(name: path == "-" ? "standard input" : path, bytes: bytes)
      files = several?.paths.count ?? 1
    } catch let error as TareError {
      throw error
    } catch {
      throw .badData(
        place: path, found: "no file that can be read",
        accepted: "a readable file, or - for standard input")
    }
  }
}
