/// Compresses the pages that are written.
internal import CLZ4
internal import CSnappy
internal import CZlib
internal import CZstd
internal import Foundation
internal import TareCore

final class ParquetDeflater {
  private let codec: ParquetCodec
  private let level: Int32
  private var zstd: OpaquePointer?
  private var room = UnsafeMutableRawBufferPointer.allocate(byteCount: 0, alignment: 16)

  init(_ codec: ParquetCodec, level: Int32) {
    self.codec = codec
    self.level = level
  }

  deinit {
    room.deallocate()
    if let zstd { ZSTD_freeCCtx(zstd) }
  }

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
    let size = page.withUnsafeBytes { source -> Int? in
      // An empty page has no address, and compresses to what says so.
      var nothing: UInt8 = 0
      guard let target = room.baseAddress else { return nil }
      if let base = source.baseAddress { return deflate(base, page.count, target) }
      return withUnsafeBytes(of: &nothing) {
        $0.baseAddress.flatMap { deflate($0, 0, target) }
      }
    }
    guard let size else { throw failure }
    bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: room[..<size]))
    return size
  }

  /// Bytes that a page may have at most.
  private func bound(of count: Int) throws(TareError) -> Int {
    switch codec {
    case .snappy: return snappy_max_compressed_length(count)
    case .zstd: return ZSTD_compressBound(count)
    case .lz4Raw:
      guard let count = Int32(exactly: count) else { throw failure }
      return Int(LZ4_compressBound(count))
    case .uncompressed, .gzip: return count
    }
  }

  /// - Returns: nil where it fails.
  private func deflate(
    _ source: UnsafeRawPointer, _ count: Int, _ target: UnsafeMutableRawPointer
  ) -> Int? {
    let (text, out) = (
      source.assumingMemoryBound(to: CChar.self), target.assumingMemoryBound(to: CChar.self)
    )
    switch codec {
    case .snappy:
      var size = room.count
      return snappy_compress(text, count, out, &size) == SNAPPY_OK ? size : nil
    case .zstd:
      if zstd == nil { zstd = ZSTD_createCCtx() }
      guard let zstd else { return nil }
      let size = ZSTD_compressCCtx(zstd, target, room.count, source, count, level)
      return ZSTD_isError(size) == 0 ? size : nil
    case .lz4Raw:
      let most = Int32(clamping: room.count)
      let size = LZ4_compress_default(text, out, Int32(count), most)
      return size > 0 ? Int(size) : nil
    case .uncompressed, .gzip: return nil
    }
  }

  private var failure: TareError { .fault("a Parquet page cannot be compressed by \(codec)") }
}
