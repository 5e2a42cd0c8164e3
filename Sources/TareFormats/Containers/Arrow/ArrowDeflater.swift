/// Compresses the buffers of record batches.
internal import CLZ4

final class ArrowDeflater {
  private let codec: ArrowCodec
  private var zstd: ZstdDeflater?

  /// What pyarrow takes too.
  private static let zstdLevel: Int32 = 1

  init(_ codec: ArrowCodec) { self.codec = codec }

  /// Appends the bytes behind their length, or behind -1 as they are where they become no smaller.
  func deflate(_ bytes: UnsafeRawBufferPointer, to body: inout [UInt8]) {
    let start = body.count
    let bound =
      codec == .zstd
      ? ZstdDeflater.bound(of: bytes.count) : LZ4F_compressFrameBound(bytes.count, nil)
    body.append(contentsOf: repeatElement(0, count: 8 + bound))
    let size = body.withUnsafeMutableBytes { body in
      deflate(bytes, UnsafeMutableRawBufferPointer(rebasing: body[(start + 8)...]))
    }
    var length = -1
    if let size, size < bytes.count {
      length = bytes.count
      body.removeLast(bound - size)
    } else {
      body.removeLast(bound)
      body.append(contentsOf: bytes)
    }
    withUnsafeBytes(of: Int64(length).littleEndian) { length in
      for (offset, byte) in length.enumerated() { body[start + offset] = byte }
    }
  }

  /// - Returns: the compressed size; nil where it failed.
  private func deflate(
    _ bytes: UnsafeRawBufferPointer, _ room: UnsafeMutableRawBufferPointer
  ) -> Int? {
    switch codec {
    case .zstd:
      // Without memory the bytes stay as they are.
      if zstd == nil { zstd = try? ZstdDeflater(level: Self.zstdLevel) }
      return zstd?.deflate(bytes, to: room)
    case .lz4:
      let size = LZ4F_compressFrame(
        room.baseAddress, room.count, bytes.baseAddress, bytes.count, nil)
      return LZ4F_isError(size) == 0 ? size : nil
    }
  }
}
