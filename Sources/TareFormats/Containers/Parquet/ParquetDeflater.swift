/// Compresses the pages that are written.
internal import CLZ4
internal import CSnappy
internal import Foundation
internal import TareCore

final class ParquetDeflater {
  private let codec: ParquetCodec
  private let level: Int32
  private var zstd: ZstdDeflater?
  private var room = UnsafeMutableRawBufferPointer.allocate(byteCount: 0, alignment: 16)

  init(_ codec: ParquetCodec, level: Int32) {
    self.codec = codec
    self.level = level
  }

  deinit { room.deallocate() }

  /// Compresses a page and appends it.
  ///
  /// - Returns: how many bytes it became.
  func append(_ page: [UInt8], to bytes: inout [UInt8]) throws(TareError) -> Int {
    if codec == .uncompressed {
      bytes += page
      return page.count
    }
    if codec == .gzip {
      let deflated = try Gzip.deflated(Data(page))
      bytes += deflated
      return deflated.count
    }
    let needed = try bound(of: page.count)
    if room.count < needed {
      room.deallocate()
      room = .allocate(byteCount: needed, alignment: 16)
    }
    let size = try deflate(page)
    guard let size else { throw failure }
    bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: room[..<size]))
    return size
  }

  /// Bytes that a page may have at most.
  private func bound(of count: Int) throws(TareError) -> Int {
    switch codec {
    case .snappy: return snappy_max_compressed_length(count)
    case .zstd: return ZstdDeflater.bound(of: count)
    case .lz4Raw:
      guard let count = Int32(exactly: count) else { throw failure }
      return Int(LZ4_compressBound(count))
    case .uncompressed, .gzip: return count
    }
  }

  /// - Returns: how many bytes of the room are the page; nil where it fails.
  private func deflate(_ page: [UInt8]) throws(TareError) -> Int? {
    if codec == .zstd, zstd == nil { zstd = try ZstdDeflater(level: level) }
    // An empty page has no address, and compresses to what says so.
    let bytes = page.isEmpty ? [0] : page
    return bytes.withUnsafeBytes { source in
      deflate(UnsafeRawBufferPointer(rebasing: source[..<page.count]))
    }
  }

  private func deflate(_ page: UnsafeRawBufferPointer) -> Int? {
    let text = page.assumingMemoryBound(to: CChar.self).baseAddress
    let out = room.assumingMemoryBound(to: CChar.self).baseAddress
    switch codec {
    case .snappy:
      var size = room.count
      return snappy_compress(text, page.count, out, &size) == SNAPPY_OK ? size : nil
    case .zstd: return zstd?.deflate(page, to: room)
    case .lz4Raw:
      let size = LZ4_compress_default(text, out, Int32(page.count), Int32(clamping: room.count))
      return size > 0 ? Int(size) : nil
    case .uncompressed, .gzip: return nil
    }
  }

  private var failure: TareError { .fault("a Parquet page cannot be compressed by \(codec)") }
}
