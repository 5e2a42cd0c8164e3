/// Bytes on their way to a file, a device, a pipe or standard output: the one way in which results are
/// written.
package import Foundation
package import TareCore

/// A file is written beside its place and moved there by `finish`, with the mode and owner of the one
/// that stood there, so that a reader never finds half of it; without `finish` nothing changes. Links
/// are followed; what is no regular file (a pipe, a device) is written as the bytes come.
package final class ByteSink {
  private let name: String
  private var descriptor: Int32
  /// Whether the descriptor is this sink's own, to be closed.
  private let isOpened: Bool
  /// Where the bytes wait for `finish`, and what happens to them then; nil for a stream.
  private var staging: Staging?
  /// nil where what is written is no terminal.
  private var shown: VisibleBytes?

  private struct Staging {
    let path: String
    let place: OutputPlace
  }

  /// - Parameter path: a file's; nil or "-" for standard output.
  /// - Throws: `TareError.usage` if it is not to be written (see `check`); `TareError.fault` if it cannot be.
  package init(_ path: String?) throws(TareError) {
    guard let path, path != "-" else {
      (name, descriptor, isOpened) = ("standard output", STDOUT_FILENO, false)
      if isatty(descriptor) == 1 { shown = VisibleBytes() }
      return
    }
    name = path
    let place = try OutputPlace(path)
    switch place.kind {
    case .descriptor(let number):
      (descriptor, isOpened) = (number, false)
    case .stream:
      descriptor = open(place.path, O_WRONLY | O_CLOEXEC)
      isOpened = true
    case .file, .writtenOver:
      let staged = Self.stagingPath(of: place)
      // 0o666 less the user's mask, as for any new file; one that was there keeps its own.
      let mode: mode_t = place.status == nil ? 0o666 : 0o600
      descriptor = open(staged, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode)
      isOpened = true
      if descriptor >= 0 { staging = Staging(path: staged, place: place) }
    }
    guard descriptor >= 0 else { throw fault() }
    if isatty(descriptor) == 1 { shown = VisibleBytes() }
  }

  /// Finds out before the work that its result has somewhere to go, without touching what stands there.
  /// - Throws: `TareError.usage` for a folder, a read-only file, and where the folder is not there.
  package static func check(_ path: String?) throws(TareError) {
    guard let path, path != "-" else { return }
    _ = try OutputPlace(path)
  }

  /// Whether two paths are one regular file, or would be: links followed, by whatever name.
  package static func areSameFile(_ first: String, _ second: String) -> Bool {
    guard let first = try? OutputPlace.identity(first),
      let second = try? OutputPlace.identity(second)
    else { return false }
    return first == second
  }

  /// Writes a whole result.
  package static func write(_ data: Data, to path: String) throws(TareError) {
    let sink = try ByteSink(path)
    try sink.write(data)
    try sink.finish()
  }

  deinit {
    if isOpened, descriptor >= 0 { close(descriptor) }
    if let staging { unlink(staging.path) }
  }

  private static func stagingPath(of place: OutputPlace) -> String {
    let name = "\(UUID().uuidString.prefix(8)).part"
    guard case .file = place.kind else {
      return FileManager.default.temporaryDirectory.appending(path: "tare-\(name)").path
    }
    return "\(place.path).\(name)"
  }

  /// Writes all the bytes; a terminal gets them with its control characters shown.
  func write(_ bytes: [UInt8]) throws(TareError) {
    let bytes = shown?.next(bytes) ?? bytes
    guard bytes.withUnsafeBytes({ Self.put($0, into: descriptor) }) else { throw fault() }
  }

  package func write(_ data: Data) throws(TareError) {
    guard shown == nil else { return try write(Array(data)) }
    guard data.withUnsafeBytes({ Self.put($0, into: descriptor) }) else { throw fault() }
  }

  /// - Returns: whether all went through; else `errno` says why.
  private static func put(_ bytes: UnsafeRawBufferPointer, into descriptor: Int32) -> Bool {
    var rest = bytes
    while !rest.isEmpty {
      let count = Foundation.write(descriptor, rest.baseAddress, rest.count)
      if count >= 0 {
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
      } else if errno != EINTR {
        return false
      }
    }
    return true
  }

  /// Puts the file in its place.
  package func finish() throws(TareError) {
    if let rest = shown?.finish(), !rest.isEmpty {
      guard rest.withUnsafeBytes({ Self.put($0, into: descriptor) }) else { throw fault() }
    }
    guard let staging else { return }
    if case .writtenOver = staging.place.kind {
      try writeOver(staging.place.path)
    } else {
      if let status = staging.place.status {
        // The owner first: a change of it takes the bits of set-user-ID away.
        guard fchown(descriptor, status.st_uid, status.st_gid) == 0 || status.st_uid == geteuid(),
          fchmod(descriptor, status.st_mode & 0o7777) == 0
        else { throw fault() }
      }
      guard rename(staging.path, staging.place.path) == 0 else { throw fault() }
      self.staging = nil
    }
  }

  /// Copies what was staged over the file, which stays the same one.
  private func writeOver(_ path: String) throws(TareError) {
    let target = open(path, O_WRONLY | O_CLOEXEC)
    guard target >= 0 else { throw fault() }
    defer { close(target) }
    guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw fault() }
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    var total = 0
    while true {
      let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw fault() }
      if count == 0 { break }
      guard
        buffer.withUnsafeBytes({
          Self.put(UnsafeRawBufferPointer(rebasing: $0[..<count]), into: target)
        })
      else { throw fault() }
      total += count
    }
    guard ftruncate(target, off_t(total)) == 0 else { throw fault() }
  }

  private func fault() -> TareError {
    .fault("\(name): cannot be written: \(String(cString: strerror(errno)))")
  }
}
