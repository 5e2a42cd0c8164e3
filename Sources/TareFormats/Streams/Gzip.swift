/// Gzipped bytes (RFC 1952), by zlib.
internal import CZlib
package import Foundation
package import TareCore

package enum Gzip {
  /// 15 bits of window, and 16 for gzip's header in place of zlib's own.
  fileprivate static let windowBits: Int32 = 15 + 16

  /// Whether the bytes begin as gzip does.
  package static func isGzip(_ data: Data) -> Bool { data.starts(with: [0x1F, 0x8B]) }

  /// The content, of all members one after another.
  ///
  /// - Throws: `TareError.badData` for bytes that are damaged or end too early.
  package static func inflated(_ data: Data) throws(TareError) -> Data {
    try GzipInflater().content(of: data)
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

  fileprivate static var size: Int32 { Int32(MemoryLayout<z_stream>.size) }
  fileprivate static var memory: TareError {
    .fault("zlib has no memory for gzip, or the data are above 4 GB")
  }

  fileprivate static func damage(_ what: String) -> TareError {
    .badData(place: "", found: "gzipped bytes \(what)", accepted: "a complete gzip file")
  }
}

/// Members one behind the other, which zeros may follow: tapes and some tools fill up with them.
final class GzipInflater: StreamInflater {
  /// At one place, of which zlib keeps the address.
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
  private var place = Place.inside

  private enum Place { case inside, behindMember, inZeros }

  /// - Parameter takesZlib: whether zlib's own header is taken, too.
  init(takesZlib: Bool = false) throws(TareError) {
    stream.initialize(to: z_stream())
    let bits = Gzip.windowBits + (takesZlib ? 16 : 0)
    guard inflateInit2_(stream, bits, ZLIB_VERSION, Gzip.size) == Z_OK else { throw Gzip.memory }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  var isWhole: Bool { place != .inside }
  var endsTooEarly: TareError { Gzip.damage("that end too early") }

  func next(
    _ bytes: UnsafeRawBufferPointer, to room: UnsafeMutableRawBufferPointer
  ) throws(TareError) -> (read: Int, written: Int) {
    if place != .inside {
      let zeros = bytes.prefix { $0 == 0 }.count
      if zeros > 0 { place = .inZeros }
      if zeros > 0 || bytes.isEmpty { return (zeros, 0) }
      guard place == .behindMember else {
        throw Gzip.damage("that are damaged (incorrect header check)")
      }
      guard inflateReset(stream) == Z_OK else { throw Gzip.memory }
      place = .inside
    }
    let (most, free) = (min(bytes.count, 1 << 30), min(room.count, 1 << 30))
    stream.pointee.next_in = UnsafeMutablePointer(
      mutating: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
    stream.pointee.avail_in = UInt32(most)
    stream.pointee.next_out = room.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = UInt32(free)
    let status = CZlib.inflate(stream, Z_NO_FLUSH)
    switch status {
    case Z_STREAM_END: place = .behindMember
    case Z_OK, Z_BUF_ERROR: break
    default:
      let reason = stream.pointee.msg.map { String(cString: $0) } ?? "damaged"
      throw Gzip.damage("that are damaged (\(reason))")
    }
    return (most - Int(stream.pointee.avail_in), free - Int(stream.pointee.avail_out))
  }
}
