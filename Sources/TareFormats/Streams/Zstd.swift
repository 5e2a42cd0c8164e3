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
    guard let stream = ZSTD_createDStream() else { throw memory }
    defer { ZSTD_freeDStream(stream) }
    let input = Array(data)
    var content = Data()
    var piece = [UInt8](repeating: 0, count: ZSTD_DStreamOutSize())
    var position = 0
    while true {
      let before = position
      let status = input.withUnsafeBytes { bytes in
        piece.withUnsafeMutableBytes { room in
          var source = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: position)
          var target = ZSTD_outBuffer(dst: room.baseAddress, size: room.count, pos: 0)
          let status = ZSTD_decompressStream(stream, &target, &source)
          position = source.pos
          content.append(contentsOf: room[..<target.pos])
          return (code: status, written: target.pos)
        }
      }
      guard ZSTD_isError(status.code) == 0 else {
        throw damage("that are damaged (\(String(cString: ZSTD_getErrorName(status.code))))")
      }
      // 0 at the end of a frame whose content is all out.
      if status.code == 0, position == input.count { return content }
      guard position > before || status.written > 0 else { throw damage("that end too early") }
    }
  }

  /// One frame with a checksum.
  package static func deflated(_ data: Data) throws(TareError) -> Data {
    guard let context = ZSTD_createCCtx() else { throw memory }
    defer { ZSTD_freeCCtx(context) }
    _ = ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
    let input = Array(data)
    var output = [UInt8](repeating: 0, count: ZSTD_compressBound(input.count))
    let count = ZSTD_compress2(context, &output, output.count, input, input.count)
    guard ZSTD_isError(count) == 0 else { throw memory }
    return Data(output.prefix(count))
  }

  private static var memory: TareError { .fault("zstd has no memory") }

  private static func damage(_ what: String) -> TareError {
    .badData(place: "", found: "zstd's bytes \(what)", accepted: "a whole zstd file")
  }
}
