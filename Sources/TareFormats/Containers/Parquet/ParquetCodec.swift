/// How the pages of a Parquet file are compressed.
internal import CLZ4
internal import CSnappy
internal import CZlib
internal import CZstd
internal import TareCore

enum ParquetCodec: Int, Sendable {
  case uncompressed = 0
  case snappy = 1
  case gzip = 2
  case zstd = 6
  case lz4Raw = 7

  private static let names = [
    "UNCOMPRESSED", "SNAPPY", "GZIP", "LZO", "BROTLI", "LZ4 (Hadoop)", "ZSTD", "LZ4_RAW",
  ]

  init(number: Int) throws(TareError) {
    guard let codec = ParquetCodec(rawValue: number) else {
      let name = Self.names.indices.contains(number) ? Self.names[number] : "\(number)"
      throw .unsupportedParquet(
        "the compression \(name)", accepted: "UNCOMPRESSED, SNAPPY, GZIP, ZSTD or LZ4_RAW")
    }
    self = codec
  }
}

/// Decompresses page after page into one buffer.
final class ParquetInflater {
  private let codec: ParquetCodec
  private var room = UnsafeMutableRawBufferPointer.allocate(byteCount: 0, alignment: 16)
  private var zstd: OpaquePointer?

  init(_ codec: ParquetCodec) { self.codec = codec }

  deinit {
    room.deallocate()
    if let zstd { ZSTD_freeDCtx(zstd) }
  }

  /// The page's content, which stays until the next call.
  ///
  /// - Parameter size: what the page's header says that it has; the content must have just that.
  func inflated(_ bytes: ParquetBytes, size: Int) throws(TareError) -> ParquetBytes {
    if codec == .uncompressed {
      guard bytes.count == size else {
        throw .parquet("a page of \(bytes.count) bytes that says it has \(size)")
      }
      return bytes
    }
    // Some writers compress nothing to nothing.
    if size == 0 { return ParquetBytes(UnsafeRawBufferPointer(start: nil, count: 0)) }
    if room.count < size {
      room.deallocate()
      room = .allocate(byteCount: max(size, 1 << 16), alignment: 16)
    }
    let target = UnsafeMutableRawBufferPointer(rebasing: room[..<size])
    guard let source = bytes.buffer.baseAddress, try inflate(source, bytes.count, target) == size
    else { throw .parquet("a page whose \(codec) data are damaged") }
    return ParquetBytes(UnsafeRawBufferPointer(target))
  }

  /// - Returns: how many bytes came out; nil for damaged data.
  private func inflate(
    _ source: UnsafeRawPointer, _ count: Int, _ target: UnsafeMutableRawBufferPointer
  ) throws(TareError) -> Int? {
    guard let out = target.baseAddress else { return nil }
    switch codec {
    case .uncompressed: return nil
    case .snappy:
      var size = target.count
      let status = snappy_uncompress(
        source.assumingMemoryBound(to: CChar.self), count,
        out.assumingMemoryBound(to: CChar.self), &size)
      return status == SNAPPY_OK ? size : nil
    case .zstd:
      if zstd == nil { zstd = ZSTD_createDCtx() }
      guard let zstd else { throw .fault("no memory for Zstandard") }
      let size = ZSTD_decompressDCtx(zstd, out, target.count, source, count)
      return ZSTD_isError(size) == 0 ? size : nil
    case .lz4Raw:
      guard count <= Int(Int32.max), target.count <= Int(Int32.max) else { return nil }
      let size = LZ4_decompress_safe(
        source.assumingMemoryBound(to: CChar.self), out.assumingMemoryBound(to: CChar.self),
        Int32(count), Int32(target.count))
      return size < 0 ? nil : Int(size)
    case .gzip: return try gunzip(source, count, target)
    }
  }

  private func gunzip(
    _ source: UnsafeRawPointer, _ count: Int, _ target: UnsafeMutableRawBufferPointer
  ) throws(TareError) -> Int? {
    guard count <= Int(UInt32.max), target.count <= Int(UInt32.max) else { return nil }
    var stream = z_stream()
    // 15 bits of window, and 32 to take gzip's header or zlib's.
    let status = inflateInit2_(&stream, 47, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else { throw .fault("no memory for zlib") }
    defer { inflateEnd(&stream) }
    stream.next_in = UnsafeMutablePointer(
      mutating: source.assumingMemoryBound(to: UInt8.self))
    stream.avail_in = UInt32(count)
    stream.next_out = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.avail_out = UInt32(target.count)
    while true {
      guard CZlib.inflate(&stream, Z_FINISH) == Z_STREAM_END else { return nil }
      if stream.avail_in == 0 || stream.avail_out == 0 { break }
      // Several members one behind the other.
      guard inflateReset(&stream) == Z_OK else { return nil }
    }
    return target.count - Int(stream.avail_out)
  }
}
