/// Bytes on their way to a file or to standard output.
internal import Foundation
package import TareCore

/// A file is written beside its place and moved there by `finish`, so that a reader never finds half
/// of it; without `finish` nothing is left. What is no plain file (a pipe, a device) is written as
/// the bytes come.
package final class ByteSink {
  private let name: String
  private let descriptor: Int32
  /// Where the file is written, and where it goes; nil for what is no plain file.
  private var move: (from: String, to: String)?

  /// - Parameter path: a file's; nil for standard output.
  /// - Throws: `TareError.fault` if it cannot be written.
  package init(_ path: String?) throws(TareError) {
    guard let path else {
      name = "standard output"
      descriptor = STDOUT_FILENO
      return
    }
    name = path
    var status = stat()
    let isThere = stat(path, &status) == 0
    if isThere, status.st_mode & S_IFMT != S_IFREG {
      descriptor = open(path, O_WRONLY | O_CLOEXEC)
    } else {
      let place = URL(filePath: path).resolvingSymlinksInPath().path
      let beside = "\(place).\(UUID().uuidString.prefix(8)).part"
      // 0o666 less the user's mask, as for any new file; one that was there keeps its own.
      descriptor = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if descriptor >= 0 {
        move = (beside, place)
        if isThere { fchmod(descriptor, status.st_mode & 0o7777) }
      }
    }
    guard descriptor >= 0 else { throw fault() }
  }

  deinit {
    guard descriptor > STDERR_FILENO else { return }
    close(descriptor)
    if let move { unlink(move.from) }
  }

  /// Writes all the bytes.
  func write(_ bytes: [UInt8]) throws(TareError) {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { bytes in
        Foundation.write(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
      }
      if count >= 0 {
        done += count
      } else if errno != EINTR {
        throw fault()
      }
    }
  }

  /// Puts the file in its place.
  package func finish() throws(TareError) {
    guard let move else { return }
    guard rename(move.from, move.to) == 0 else { throw fault() }
    self.move = nil
  }

  private func fault() -> TareError {
    .fault("\(name): cannot be written: \(String(cString: strerror(errno)))")
  }
}
