/// A file, or standard input, read piece by piece; the content of one that is compressed with gzip or zstd.
package import Foundation
package import TareCore

package final class ByteStream {
  /// What errors call it.
  package let name: String
  private let descriptor: Int32
  private let isOwned: Bool
  /// Where bytes that come only once are kept, to be read again.
  private var kept: KeptBytes?
  /// Bytes as they stand in the file that nobody has taken yet.
  private var waiting: [UInt8] = []
  private var taken = 0
  private var isAtEnd = false
  /// nil for bytes that are the content, once there is `isKnown`.
  private var inflater: (any StreamInflater)?
  private var isKnown = false
  private var growth = GrowthLimit()

  /// Compressed bytes that are read at once.
  private static let pieceSize = 1 << 18
  /// As many bytes as tell how a file is compressed.
  private static let markSize = 4

  /// - Parameters:
  ///   - path: a file's, or "-" for standard input.
  ///   - isKept: whether what can be read only once, such as a pipe, is written to a temporary file, so
  ///     that `again` can read it a second time.
  /// - Throws: `TareError.badData` if it cannot be read.
  package init(_ path: String, isKept: Bool = false) throws(TareError) {
    if path == "-" {
      name = "standard input"
      descriptor = STDIN_FILENO
      isOwned = false
    } else {
      name = path
      descriptor = open(path, O_RDONLY | O_CLOEXEC)
      isOwned = true
      guard descriptor >= 0 else { throw Self.unreadable.inside(path) }
      posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
    }
    if isKept, !Self.isPlainFile(path) { kept = try KeptBytes() }
  }

  private init(name: String, _ kept: KeptBytes) throws(TareError) {
    self.name = name
    descriptor = try kept.reopened()
    isOwned = true
  }

  /// Whether what was read is kept.
  package var isKept: Bool { kept != nil }

  /// The same content from its beginning: of a plain file, or of one that is kept and was read whole.
  package func again() throws(TareError) -> ByteStream {
    guard let kept else { return try ByteStream(name) }
    return try ByteStream(name: name, kept)
  }

  /// All bytes of one that is kept, as they stand in it; nothing is left to be read then.
  package func everything() throws(TareError) -> Data {
    var bytes = try kept?.content() ?? Data()
    kept = nil
    var piece = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let result = piece.withUnsafeMutableBytes { room in
        Result { () throws(TareError) in try readBytes(to: room) }
      }
      let count: Int
      do { count = try result.get() } catch { throw error.inside(name) }
      if count == 0 { return bytes }
      bytes.append(contentsOf: piece[..<count])
    }
  }

  /// Whether the path is a plain file's, which can be read more than once.
  package static func isPlainFile(_ path: String) -> Bool {
    var status = stat()
    return path != "-" && stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// Whether the path is standard input's, a pipe's or a device's, which can be read but once.
  package static func isReadOnce(_ path: String) -> Bool {
    var status = stat()
    if path == "-" { return true }
    return stat(path, &status) == 0 && ![S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT)
  }

  deinit { if isOwned { close(descriptor) } }

  /// Reads at most `most` bytes of content to an offset of the buffer.
  /// - Returns: how many; 0 at the end of the file.
  /// - Throws: `TareError.badData` without the file's name.
  func read(to offset: Int, of buffer: inout [UInt8], most: Int) throws(TareError) -> Int {
    let end = offset + min(most, buffer.count - offset)
    let result: Result<Int, TareError> = buffer.withUnsafeMutableBytes { bytes in
      let room = UnsafeMutableRawBufferPointer(rebasing: bytes[offset..<end])
      return Result { () throws(TareError) in try read(to: room) }
    }
    return try result.get()
  }

  private func read(to room: UnsafeMutableRawBufferPointer) throws(TareError) -> Int {
    if !isKnown { try lookAtMark() }
    guard let inflater else {
      guard taken < waiting.count else { return try readBytes(to: room) }
      let count = min(room.count, waiting.count - taken)
      room.copyBytes(from: waiting[taken..<taken + count])
      taken += count
      return count
    }
    while true {
      if taken == waiting.count, !isAtEnd { try fill(from: 0) }
      let result: Result<(read: Int, written: Int), TareError> = waiting.withUnsafeBytes { bytes in
        Result { () throws(TareError) in
          try inflater.next(UnsafeRawBufferPointer(rebasing: bytes[taken...]), to: room)
        }
      }
      let step = try result.get()
      taken += step.read
      try growth.add(read: step.read, written: step.written)
      if step.written > 0 { return step.written }
      guard step.read == 0, taken < waiting.count || isAtEnd else { continue }
      guard taken == waiting.count, inflater.isWhole else { throw inflater.endsTooEarly }
      return 0
    }
  }

  /// The first bytes of what is left of it, fewer where there are no more.
  package func opening(_ most: Int) throws(TareError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: most)
    var count = 0
    while count < most {
      let read = try read(to: count, of: &bytes, most: most)
      if read == 0 { break }
      count += read
    }
    bytes.removeLast(most - count)
    return bytes
  }

  /// Everything that is left of it, in memory of just that size where it is a plain file.
  package func rest() throws(TareError) -> [UInt8] {
    var status = stat()
    let size = fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
    // A byte more tells that this is all.
    var bytes = [UInt8](repeating: 0, count: max(1 << 16, size + 1))
    var count = 0
    while true {
      let read: Int
      do { read = try self.read(to: count, of: &bytes, most: bytes.count) } catch {
        throw error.inside(name)
      }
      if read == 0 { break }
      count += read
      if count == bytes.count { bytes += [UInt8](repeating: 0, count: count) }
    }
    bytes.removeLast(bytes.count - count)
    return bytes
  }

  /// Finds out by the first bytes how the file is compressed.
  private func lookAtMark() throws(TareError) {
    while waiting.count < Self.markSize, !isAtEnd { try fill(from: waiting.count) }
    isKnown = true
    inflater = try Compression(of: Data(waiting.prefix(Self.markSize)))?.inflater()
  }

  /// Puts bytes of the file behind the first `count` of those that wait.
  private func fill(from count: Int) throws(TareError) {
    taken = 0
    waiting = waiting.prefix(count) + [UInt8](repeating: 0, count: Self.pieceSize)
    let result: Result<Int, TareError> = waiting.withUnsafeMutableBytes { bytes in
      let room = UnsafeMutableRawBufferPointer(rebasing: bytes[count...])
      return Result { () throws(TareError) in try readBytes(to: room) }
    }
    let read = try result.get()
    waiting.removeLast(Self.pieceSize - read)
    isAtEnd = read == 0
  }

  private func readBytes(to room: UnsafeMutableRawBufferPointer) throws(TareError) -> Int {
    while true {
      let count = Foundation.read(descriptor, room.baseAddress, room.count)
      if count >= 0 {
        try kept?.append(UnsafeRawBufferPointer(rebasing: room[..<count]))
        return count
      }
      guard errno == EINTR else { throw Self.unreadable }
    }
  }

  private static var unreadable: TareError {
    .badData(
      place: "", found: "no readable file",
      accepted: "a readable file, or - for standard input")
  }
}

/// A temporary file without a name, which goes with the program.
private final class KeptBytes {
  private let descriptor: Int32

  init() throws(TareError) {
    let folder = FileManager.default.temporaryDirectory.path
    let name = "\(folder)/tare-\(UUID().uuidString)"
    descriptor = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw Self.fault(in: folder) }
    unlink(name)
  }

  deinit { close(descriptor) }

  func append(_ bytes: UnsafeRawBufferPointer) throws(TareError) {
    var rest = bytes
    while !rest.isEmpty {
      let count = write(descriptor, rest.baseAddress, rest.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw Self.fault(in: FileManager.default.temporaryDirectory.path) }
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
    }
  }

  func content() throws(TareError) -> Data {
    let file = FileHandle(fileDescriptor: try reopened(), closeOnDealloc: true)
    do {
      return try file.readToEnd() ?? Data()
    } catch {
      throw .fault("a temporary file cannot be read: \(error.localizedDescription)")
    }
  }

  /// A descriptor that reads from the beginning; one at a time is used.
  func reopened() throws(TareError) -> Int32 {
    let again = dup(descriptor)
    guard again >= 0, lseek(again, 0, SEEK_SET) == 0 else {
      throw .fault("a temporary file cannot be read: \(String(cString: strerror(errno)))")
    }
    return again
  }

  private static func fault(in folder: String) -> TareError {
    .fault(
      "\(folder): standard input cannot be kept in a temporary file: "
        + String(cString: strerror(errno)))
  }
}
