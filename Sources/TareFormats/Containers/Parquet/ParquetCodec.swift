/// How the pages of a Parquet file are compressed.
internal import CLZ4
internal import CSnappy
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
  private var zstd: ZstdInflater?

  init(_ codec: ParquetCodec) { self.codec = codec }

  deinit { room.deallocate() }

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
    guard bytes.count > 0, try inflate(bytes.buffer, target) == size
    else { throw .parquet("a page whose \(codec) data are damaged") }
    return ParquetBytes(UnsafeRawBufferPointer(target))
  }

  /// - Returns: how many bytes came out; nil for damaged data.
  private func inflate(
    _ bytes: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer
  ) throws(TareError) -> Int? {
    let source = bytes.assumingMemoryBound(to: CChar.self).baseAddress
    let out = target.assumingMemoryBound(to: CChar.self).baseAddress
    switch codec {
    case .uncompressed: return nil
    case .snappy:
      var size = target.count
      return snappy_uncompress(source, bytes.count, out, &size) == SNAPPY_OK ? size : nil
    case .zstd:
      if zstd == nil { zstd = try ZstdInflater() }
      return zstd?.inflate(bytes, to: target)
    case .lz4Raw:
      guard let count = Int32(exactly: bytes.count), let most = Int32(exactly: target.count) else {
        return nil
      }
      let size = LZ4_decompress_safe(source, out, count, most)
      return size < 0 ? nil : Int(size)
    case .gzip: return try GzipInflater(takesZlib: true).inflate(bytes, to: target)
    }
  }
}
