/// Decompresses the buffers of record batches.
internal import CLZ4
internal import TareCore

enum ArrowCodec: Int8, CaseIterable, Sendable {
  case lz4 = 0
  case zstd = 1
}

/// Buffers are held until `release`, and their room is used again afterwards.
final class ArrowInflater {
  private let budget: ArrowBudget
  private var rooms: [UnsafeMutableRawBufferPointer] = []
  /// How many of the rooms are in use, and bytes taken of the budget for them.
  private var inUse = 0
  private var held = 0
  private var zstd: ZstdInflater?
  private var lz4: OpaquePointer?

  init(_ budget: ArrowBudget) { self.budget = budget }

  deinit {
    for room in rooms { room.deallocate() }
    if let lz4 { LZ4F_freeDecompressionContext(lz4) }
  }

  /// Ends the use of all buffers that were handed out.
  func release() {
    budget.giveBack(held)
    held = 0
    inUse = 0
  }

  /// A buffer's content: behind its length, or -1 where it is not compressed after all.
  func inflated(_ bytes: ArrowBytes, _ codec: ArrowCodec) throws(TareError) -> ArrowBytes {
    if bytes.isEmpty { return bytes }
    let size = try bytes.load(0, as: Int64.self)
    let content = try bytes.slice(8, bytes.count - 8)
    if size == -1 { return content }
    if size == 0 { return .empty }
    guard let size = Int(exactly: size), size > 0, size <= most(content, codec) else {
      throw .arrow("\(content.count) compressed bytes that stand for \(size)")
    }
    let room = try room(size)
    let count = try codec == .zstd ? unzstd(content, room) : unlz4(content, room)
    guard count == size else { throw .arrow("damaged \(codec) data") }
    return ArrowBytes(UnsafeRawBufferPointer(room))
  }

  /// What the bytes can become: nothing is allocated for a length that they cannot have.
  private func most(_ bytes: ArrowBytes, _ codec: ArrowCodec) -> Int {
    switch codec {
    // 255 for each byte that continues a length.
    case .lz4: return bytes.count.multipliedReportingOverflow(by: 256).partialValue
    case .zstd:
      // Where the frame does not say it, at most 128 KiB come of a block of 4 bytes.
      return Zstd.contentSize(of: bytes.buffer)
        ?? bytes.count.multipliedReportingOverflow(by: 1 << 15).partialValue
    }
  }

  private func room(_ size: Int) throws(TareError) -> UnsafeMutableRawBufferPointer {
    try budget.take(size)
    held += size
    if inUse == rooms.count { rooms.append(.allocate(byteCount: 0, alignment: 16)) }
    if rooms[inUse].count < size {
      rooms[inUse].deallocate()
      rooms[inUse] = .allocate(byteCount: max(size, 1 << 12), alignment: 16)
    }
    inUse += 1
    return UnsafeMutableRawBufferPointer(rebasing: rooms[inUse - 1][..<size])
  }

  /// - Returns: how many bytes came out; nil for damaged data.
  private func unzstd(
    _ bytes: ArrowBytes, _ room: UnsafeMutableRawBufferPointer
  ) throws(TareError) -> Int? {
    if zstd == nil { zstd = try ZstdInflater() }
    return zstd?.inflate(bytes.buffer, to: room)
  }

  private func unlz4(
    _ bytes: ArrowBytes, _ room: UnsafeMutableRawBufferPointer
  ) throws(TareError) -> Int? {
    if lz4 == nil, LZ4F_isError(LZ4F_createDecompressionContext(&lz4, UInt32(LZ4F_VERSION))) != 0 {
      throw .fault("no memory for LZ4")
    }
    LZ4F_resetDecompressionContext(lz4)
    var (read, written) = (0, 0)
    while true {
      var taken = bytes.count - read
      var made = room.count - written
      let hint = LZ4F_decompress(
        lz4, room.baseAddress.map { $0 + written }, &made,
        bytes.buffer.baseAddress.map { $0 + read }, &taken, nil)
      guard LZ4F_isError(hint) == 0 else { return nil }
      read += taken
      written += made
      // 0 at the end of the frame.
      if hint == 0 { return written }
      guard taken > 0 || made > 0 else { return nil }
    }
  }
}
