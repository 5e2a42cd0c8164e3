/// Zstandard (RFC 8878), by libzstd.
internal import CZstd
package import Foundation
package import TareCore

package enum Zstd {
  /// Whether the bytes begin with a frame, or with one that readers skip.
  package static func isZstd(_ data: Data) -> Bool {
    guard data.count >= 4 else { return false }
    let first = Array(data.prefix(4))
    return first == [0x28, 0xB5, 0x2F, 0xFD]
      || (first[0] & 0xF0 == 0x50 && Array(first[1...]) == [0x2A, 0x4D, 0x18])
  }

  /// The content, of all frames one after another.
  ///
  /// - Throws: `TareError.badData` for bytes that are damaged or end too early.
  package static func inflated(_ data: Data) throws(TareError) -> Data {
    try ZstdInflater().content(of: data)
  }

  /// One frame with a checksum.
  package static func deflated(_ data: Data) throws(TareError) -> Data {
    let deflater = try ZstdDeflater(level: ZSTD_defaultCLevel(), hasChecksum: true)
    var output = [UInt8](repeating: 0, count: ZstdDeflater.bound(of: data.count))
    let count = data.withUnsafeBytes { bytes in
      output.withUnsafeMutableBytes { deflater.deflate(bytes, to: $0) }
    }
    guard let count else { throw memory }
    return Data(output.prefix(count))
  }

  /// What a frame says of its content; nil where it says nothing, or is damaged.
  static func contentSize(of bytes: UnsafeRawBufferPointer) -> Int? {
    // Both unknown and damaged are above.
    Int(exactly: ZSTD_getFrameContentSize(bytes.baseAddress, bytes.count))
  }

  fileprivate static var memory: TareError { .fault("zstd has no memory") }

  fileprivate static func damage(_ what: String) -> TareError {
    .badData(place: "", found: "zstd data \(what)", accepted: "a complete zstd file")
  }
}

/// Frames one behind the other.
final class ZstdInflater: StreamInflater {
  private let context: OpaquePointer
  /// Whether a frame has ended, and its content is all out.
  private(set) var isWhole = false

  init() throws(TareError) {
    guard let context = ZSTD_createDCtx() else { throw Zstd.memory }
    self.context = context
  }

  deinit { ZSTD_freeDCtx(context) }

  var endsTooEarly: TareError { Zstd.damage("that end too early") }

  func next(
    _ bytes: UnsafeRawBufferPointer, to room: UnsafeMutableRawBufferPointer
  ) throws(TareError) -> (read: Int, written: Int) {
    if isWhole, bytes.isEmpty { return (0, 0) }
    var source = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
    var target = ZSTD_outBuffer(dst: room.baseAddress, size: room.count, pos: 0)
    let status = ZSTD_decompressStream(context, &target, &source)
    guard ZSTD_isError(status) == 0 else {
      throw Zstd.damage("that are damaged (\(String(cString: ZSTD_getErrorName(status))))")
    }
    isWhole = status == 0
    return (source.pos, target.pos)
  }

  /// The same as `StreamInflater` has it, in one call and without a window of its own.
  func inflate(_ bytes: UnsafeRawBufferPointer, to room: UnsafeMutableRawBufferPointer) -> Int? {
    let size = ZSTD_decompressDCtx(
      context, room.baseAddress, room.count, bytes.baseAddress, bytes.count)
    return ZSTD_isError(size) == 0 ? size : nil
  }
}

/// Compresses one frame after another.
final class ZstdDeflater {
  private let context: OpaquePointer

  init(level: Int32, hasChecksum: Bool = false) throws(TareError) {
    guard let context = ZSTD_createCCtx() else { throw Zstd.memory }
    self.context = context
    _ = ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)
    _ = ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, hasChecksum ? 1 : 0)
  }

  deinit { ZSTD_freeCCtx(context) }

  /// Bytes that so many become at most.
  static func bound(of count: Int) -> Int { ZSTD_compressBound(count) }

  /// - Returns: how many bytes were written; nil where it fails.
  func deflate(_ bytes: UnsafeRawBufferPointer, to room: UnsafeMutableRawBufferPointer) -> Int? {
    let size = ZSTD_compress2(context, room.baseAddress, room.count, bytes.baseAddress, bytes.count)
    return ZSTD_isError(size) == 0 ? size : nil
  }
}
