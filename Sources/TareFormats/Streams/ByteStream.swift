/// A file, or standard input, read piece by piece.
internal import Foundation
package import TareCore

package final class ByteStream {
  /// What errors call it.
  package let name: String
  private let descriptor: Int32
  private let isOwned: Bool

  /// - Parameter path: a file's, or "-" for standard input.
  /// - Throws: `TareError.badData` if it cannot be read.
  package init(_ path: String) throws(TareError) {
    guard path != "-" else {
      name = "standard input"
      descriptor = STDIN_FILENO
      isOwned = false
      return
    }
    name = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    isOwned = true
    guard descriptor >= 0 else { throw Self.unreadable(path) }
    posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
  }

  /// Whether the path is a plain file's, which can be read more than once.
  package static func isPlainFile(_ path: String) -> Bool {
    var status = stat()
    return path != "-" && stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  deinit { if isOwned { close(descriptor) } }

  /// Reads at most `most` bytes to an offset of the buffer.
  /// - Returns: how many; 0 at the end of the file.
  func read(to offset: Int, of buffer: inout [UInt8], most: Int) throws(TareError) -> Int {
    let room = min(most, buffer.count - offset)
    while true {
      let count = buffer.withUnsafeMutableBytes { bytes in
        Foundation.read(descriptor, bytes.baseAddress.map { $0 + offset }, room)
      }
      if count >= 0 { return count }
      guard errno == EINTR else { throw Self.unreadable(name) }
    }
  }

  /// Everything that is left of it, in memory of just that size where it is a file.
  package func rest() throws(TareError) -> [UInt8] {
    var status = stat()
    let size = fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
    // A byte more tells that this is all.
    var bytes = [UInt8](repeating: 0, count: max(1 << 16, size + 1))
    var count = 0
    while true {
      let read = try read(to: count, of: &bytes, most: bytes.count)
      if read == 0 { break }
      count += read
      if count == bytes.count { bytes += [UInt8](repeating: 0, count: count) }
    }
    bytes.removeLast(bytes.count - count)
    return bytes
  }

  private static func unreadable(_ name: String) -> TareError {
    .badData(
      place: name, found: "no file that can be read",
      accepted: "a readable file, or - for standard input")
  }
}
