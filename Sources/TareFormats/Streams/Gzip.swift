/// Gzipped bytes (RFC 1952), by zlib.
internal import CZlib
package import Foundation
package import TareCore

package enum Gzip {
  /// 15 bits of window, and 16 for gzip's header in place of zlib's own.
  private static let windowBits: Int32 = 15 + 16
  private static let pieceSize = 1 << 18

  /// Whether the bytes begin as gzip does.
  package static func isGzip(_ data: Data) -> Bool { data.starts(with: [0x1F, 0x8B]) }

  /// The content, of all members one after another.
  ///
  /// - Throws: `TareError.badData` for bytes that are damaged or end too early.
  package static func inflated(_ data: Data) throws(TareError) -> Data {
    var stream = z_stream()
    guard inflateInit2_(&stream, windowBits, ZLIB_VERSION, size) == Z_OK else { throw memory }
    defer { inflateEnd(&stream) }
    var input = Array(data)
    var content = Data()
    var piece = [UInt8](repeating: 0, count: pieceSize)
    let result: Result<Void, TareError> = input.withUnsafeMutableBufferPointer { bytes in
      var rest = bytes.count
      stream.next_in = bytes.baseAddress
      while true {
        if stream.avail_in == 0 {
          stream.avail_in = UInt32(min(rest, Int(UInt32.max)))
          rest -= Int(stream.avail_in)
        }
        let status = next(&stream, &piece, &content)
        if status == Z_STREAM_END {
          // Tapes and some tools fill up with zeros.
          guard bytes.suffix(Int(stream.avail_in) + rest).contains(where: { $0 != 0 }) else {
            return .success(())
          }
          guard inflateReset(&stream) == Z_OK else { return .failure(memory) }
        } else if status == Z_BUF_ERROR || (status == Z_OK && stream.avail_in == 0 && rest == 0) {
          // A full piece may hide that there is more to come of what was read.
          guard stream.avail_out == 0 else { return .failure(damage("that end too early")) }
        } else if status != Z_OK {
          let reason = stream.msg.map { String(cString: $0) } ?? "damaged"
          return .failure(damage("that are damaged (\(reason))"))
        }
      }
    }
    try result.get()
    return content
  }

  private static func next(
    _ stream: inout z_stream, _ piece: inout [UInt8], _ content: inout Data
  ) -> Int32 {
    piece.withUnsafeMutableBufferPointer { room in
      stream.next_out = room.baseAddress
      stream.avail_out = UInt32(room.count)
      let status = inflate(&stream, Z_NO_FLUSH)
      content.append(contentsOf: room[..<(room.count - Int(stream.avail_out))])
      return status
    }
  }

  /// One gzip member, without name and time, so that equal content gives equal bytes.
  package static func deflated(_ data: Data) throws(TareError) -> Data {
    var stream = z_stream()
    let method = Z_DEFLATED
    guard
      deflateInit2_(
        &stream, Z_DEFAULT_COMPRESSION, method, windowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        size) == Z_OK, data.count <= Int(UInt32.max)
    else { throw memory }
    defer { deflateEnd(&stream) }
    var input = Array(data)
    var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(input.count))))
    let status = input.withUnsafeMutableBufferPointer { bytes in
      output.withUnsafeMutableBufferPointer { room in
        stream.next_in = bytes.baseAddress
        stream.avail_in = UInt32(bytes.count)
        stream.next_out = room.baseAddress
        stream.avail_out = UInt32(room.count)
        return deflate(&stream, Z_FINISH)
      }
    }
    guard status == Z_STREAM_END else { throw memory }
    return Data(output.prefix(output.count - Int(stream.avail_out)))
  }

  private static var size: Int32 { Int32(MemoryLayout<z_stream>.size) }
  private static var memory: TareError {
    .fault("zlib has no memory for gzip, or the data are above 4 GB")
  }

  private static func damage(_ what: String) -> TareError {
    .badData(place: "", found: "gzipped bytes \(what)", accepted: "a whole gzip file")
  }
}
