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

  init(_ codec: ParquetCodec, level: Int32) {
    self.codec = codec
    self.level = level
  }

  deinit { if let zstd { ZSTD_freeCCtx(zstd) } }

  func deflated(_ page: [UInt8]) throws(TareError) -> [UInt8] {
    switch codec {
    case .uncompressed: return page
    case .snappy:
      var size = snappy_max_compressed_length(page.count)
      return try filled(page, size) { source, target in
        let status = snappy_compress(
          source.assumingMemoryBound(to: CChar.self), page.count,
          target.assumingMemoryBound(to: CChar.self), &size)
        return status == SNAPPY_OK ? size : nil
      }
    case .zstd:
      if zstd == nil { zstd = ZSTD_createCCtx() }
      guard let zstd else { throw failure }
      let room = ZSTD_compressBound(page.count)
      return try filled(page, room) { source, target in
        let size = ZSTD_compressCCtx(zstd, target, room, source, page.count, level)
        return ZSTD_isError(size) == 0 ? size : nil
      }
    case .lz4Raw:
      guard let count = Int32(exactly: page.count) else { throw failure }
      let room = LZ4_compressBound(count)
      return try filled(page, Int(room)) { source, target in
        let size = LZ4_compress_default(
          source.assumingMemoryBound(to: CChar.self), target.assumingMemoryBound(to: CChar.self),
          count, room)
        return size > 0 ? Int(size) : nil
      }
    case .gzip: return Array(try Gzip.deflated(Data(page)))
    }
  }

  private func filled(
    _ page: [UInt8], _ room: Int,
    _ body: (UnsafeRawPointer, UnsafeMutableRawPointer) -> Int?
  ) throws(TareError) -> [UInt8] {
    var isWhole = true
    let bytes = [UInt8](unsafeUninitializedCapacity: max(room, 1)) { target, count in
      let size = page.withUnsafeBytes { source -> Int? in
        // An empty page has no address, and compresses to what says so.
        var nothing: UInt8 = 0
        guard let out = target.baseAddress else { return nil }
        if let base = source.baseAddress { return body(base, out) }
        return withUnsafeBytes(of: &nothing) { $0.baseAddress.flatMap { body($0, out) } }
      }
      isWhole = size != nil
      count = size ?? 0
    }
    guard isWhole else { throw failure }
    return bytes
  }

  private var failure: TareError { .fault("a Parquet page cannot be compressed by \(codec)") }
}
