/// An input that a user named: a file, compressed with gzip or zstd or not, several files that are one table, or
/// standard input as "-".
package import Foundation
package import TareCore
internal import TareFormats

package struct InputFile: Sendable {
  /// What errors call it.
  package let name: String
  /// What it holds, without compression.
  package let bytes: [UInt8]
  package var data: Data { Data(bytes) }
  package var digest: Digest { bytes.withUnsafeBytes { Digest(of: $0) } }
  /// How many files it is of.
  package private(set) var files = 1

  /// - Parameter bytes: compressed or not.
  /// - Throws: `TareError.badData` for damaged gzip or zstd.
  init(name: String, bytes: [UInt8]) throws(TareError) {
    self.name = name
    guard let compression = Compression(of: Data(bytes.prefix(Compression.openingBytes))) else {
      self.bytes = bytes
      return
    }
    do {
      self.bytes = Array(try compression.inflated(Data(bytes)))
    } catch {
      throw error.inside(name)
    }
  }

  /// - Parameter path: a file's, or one of those that `TableFiles` takes.
  /// - Throws: `TareError.badData` if the file cannot be read, or is damaged gzip or zstd.
  package init(_ path: String) throws(TareError) {
    if path != "-", let several = try TableFiles(path) {
      try self.init(name: path, bytes: Array(several.content()))
      files = several.paths.count
    } else {
      let stream = try ByteStream(path)
      try self.init(name: stream.name, bytes: stream.rest())
    }
  }
}
