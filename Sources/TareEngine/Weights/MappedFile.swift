/// A file in memory, read only, through the kernel's page cache.
package import Foundation
package import TareCore

/// The bytes of a file, mapped for as long as the object lives.
///
/// `@unchecked Sendable`: the mapping is private, read only and never moves.
package final class MappedFile: @unchecked Sendable {
  package let url: URL
  package let bytes: UnsafeRawBufferPointer
  package var path: String { url.path }
  /// Kept open: another file of the same name is not this one.
  private let descriptor: Int32
  private let stamp: Stamp

  /// What a change of a file's bytes changes.
  private struct Stamp {
    private let size: off_t
    private let written: [Int]
    /// Of any change, which nobody can set back, as programs that keep a file's times do.
    private let changed: [Int]
    /// What else changes that time: links, among them the file's removal, and who may read it.
    private let others: [UInt64]

    init(_ status: stat) {
      size = status.st_size
      written = [status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
      changed = [status.st_ctim.tv_sec, status.st_ctim.tv_nsec]
      others = [
        UInt64(status.st_nlink), UInt64(status.st_mode), UInt64(status.st_uid),
        UInt64(status.st_gid),
      ]
    }

    func hasSameBytes(as other: Stamp) -> Bool {
      size == other.size && written == other.written
        && (changed == other.changed || others != other.others)
    }
  }

  /// - Throws: `TareError.badData` if the file cannot be opened or is empty.
  package init(_ url: URL) throws(TareError) {
    // A pipe in the file's place would be waited for without O_NONBLOCK.
    let descriptor = open(url.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw .badData(
        place: url.path, found: String(cString: strerror(errno)), accepted: "a readable file")
    }
    var keepsOpen = false
    defer { if !keepsOpen { close(descriptor) } }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw .badData(place: url.path, found: "a folder, pipe or device", accepted: "a file")
    }
    guard status.st_size > 0 else {
      throw .badData(place: url.path, found: "no bytes", accepted: "a non-empty file")
    }
    let size = Int(status.st_size)
    guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED
    else {
      throw .fault("\(url.path): cannot be mapped: \(String(cString: strerror(errno)))")
    }
    self.url = url
    self.descriptor = descriptor
    stamp = Stamp(status)
    keepsOpen = true
    bytes = UnsafeRawBufferPointer(start: start, count: size)
  }

  /// The bytes are those on the disk: what was read of a file that has been written to since it was
  /// opened may be of either state.
  ///
  /// - Throws: `TareError.badData` if it has been.
  package func checkUnchanged() throws(TareError) {
    var status = stat()
    guard fstat(descriptor, &status) == 0, Stamp(status).hasSameBytes(as: stamp) else {
      throw .badData(
        place: path, found: "a file that was changed while it was read",
        accepted: "an unchanged file (replace a file by renaming a new one)")
    }
  }

  /// What tells the file and its state from others, to the nanosecond; nil where it cannot be had.
  package var status: String? {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    let (written, changed) = (status.st_mtim, status.st_ctim)
    return
      "\(status.st_size) \(status.st_dev) \(status.st_ino) \(written.tv_sec).\(written.tv_nsec) "
      + "\(changed.tv_sec).\(changed.tv_nsec)"
  }

  /// When the file was last written to or changed, in seconds since 1970; now where that cannot be had.
  package var lastChange: Double {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return Date.now.timeIntervalSince1970 }
    return [status.st_mtim, status.st_ctim].map {
      Double($0.tv_sec) + Double($0.tv_nsec) / 1e9
    }.max() ?? 0
  }

  /// Takes the whole pages of a range out of the process's memory; the system's cache of the file
  /// keeps them as it likes.
  package func releasePages(_ range: Range<Int>) {
    let page = Int(getpagesize())
    let start = (range.lowerBound + page - 1) / page * page
    let end = range.upperBound / page * page
    guard end > start, let base = bytes.baseAddress else { return }
    madvise(UnsafeMutableRawPointer(mutating: base + start), end - start, MADV_DONTNEED)
  }

  /// SHA-256 of all bytes. Pages are given back on the way, so that a large file does not fill the
  /// process's memory.
  package var digest: Digest {
    var hash = SHA256()
    let step = 64 << 20
    for start in stride(from: 0, to: bytes.count, by: step) {
      let range = start..<min(start + step, bytes.count)
      hash.update(UnsafeRawBufferPointer(rebasing: bytes[range]))
      releasePages(range)
    }
    return hash.finish()
  }

  /// A copy of the bytes. `bytes` is gone with the object, so what reads a file whole takes this.
  package func copy() -> [UInt8] { withExtendedLifetime(self) { Array(bytes) } }

  deinit {
    munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
    close(descriptor)
  }
}
