/// A blob while its bytes come: written, hashed, and renamed when it is right.
internal import Foundation
internal import TareCore

/// Used by one task at a time, which holds the blob's lock.
final class HubPartialFile {
  let file: HubFile
  private let url: URL
  private let descriptor: Int32
  /// Bytes that are on disk and in `hash`.
  private(set) var written = 0
  private var hash: HubHash

  /// Opens what an earlier pull left, or begins.
  /// - Parameter isReadOnly: for a whole blob that is only to be hashed.
  init(_ url: URL, of file: HubFile, isReadOnly: Bool = false) throws(TareError) {
    self.url = url
    self.file = file
    hash = HubHash(file.checksum.kind, size: file.size)
    let flags = isReadOnly ? O_RDONLY : O_RDWR | O_CREAT | O_NOFOLLOW
    descriptor = open(url.path, flags | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw fault("opened") }
  }

  deinit { close(descriptor) }

  var isWhole: Bool { written == file.size }
  var hex: String { hash.hex }
  var sha256: String { hash.sha256 }

  /// Hashes the bytes that are there already, and tells of each piece.
  ///
  /// - Throws: `TareError.fault` if they cannot be read; `TareError.interrupted`.
  func takeUp(_ tell: (Int) -> Void = { _ in }) async throws(TareError) {
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      guard !Task.isCancelled else { throw .interrupted("stopped while a file was read") }
      let count = pread(descriptor, &buffer, buffer.count, off_t(written))
      guard count >= 0 else { throw fault("read") }
      guard count > 0 else { break }
      buffer.withUnsafeBytes { hash.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
      written += count
      tell(count)
      // Hashing is slow; the other files' bytes are waiting.
      await Task.yield()
    }
  }

  /// - Throws: `HubFailure.wrongBytes` if they would make the file longer than it is.
  func append(_ bytes: UnsafeRawBufferPointer) throws(HubFailure) {
    guard bytes.count <= file.size - written else {
      throw .wrongBytes("more than \(file.size) bytes")
    }
    var done = 0
    while done < bytes.count {
      // At a place of its own, so that the bytes are right whoever else might write them.
      let count = pwrite(
        descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done,
        off_t(written + done))
      guard count > 0 || errno == EINTR else { throw .final(fault("written")) }
      done += max(count, 0)
    }
    hash.update(bytes)
    written += bytes.count
  }

  /// Throws away all that is there.
  func restart() throws(TareError) {
    guard ftruncate(descriptor, 0) == 0 else { throw fault("emptied") }
    written = 0
    hash = HubHash(file.checksum.kind, size: file.size)
  }

  /// The file's last name; its bytes reach the disk first.
  func rename(to blob: URL) throws(TareError) {
    guard fsync(descriptor) == 0 else { throw fault("written") }
    guard Glibc.rename(url.path, blob.path) == 0 else { throw fault("renamed") }
  }

  func remove() { unlink(url.path) }

  private func fault(_ verb: String) -> TareError {
    .fault("\(url.path): cannot be \(verb): \(String(cString: strerror(errno)))")
  }
}
