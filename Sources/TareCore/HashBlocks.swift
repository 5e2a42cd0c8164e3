/// Cuts bytes that come in pieces into the 64-byte blocks that SHA-1 and SHA-256 work on (FIPS 180-4,
/// section 5).
struct HashBlocks: Sendable {
  /// The bytes that do not fill a block yet, fewer than 64.
  private var pending: [UInt8] = []
  private var byteCount: UInt64 = 0

  /// Calls `compress` with each block that is whole now, in order.
  mutating func feed(
    _ bytes: UnsafeRawBufferPointer, compress: (UnsafeRawBufferPointer) -> Void
  ) {
    byteCount += UInt64(bytes.count)
    var rest = bytes[...]
    if !pending.isEmpty {
      let missing = rest.prefix(64 - pending.count)
      pending.append(contentsOf: missing)
      rest = rest.dropFirst(missing.count)
      guard pending.count == 64 else { return }
      pending.withUnsafeBytes { compress($0) }
      pending.removeAll(keepingCapacity: true)
    }
    while rest.count >= 64 {
      compress(UnsafeRawBufferPointer(rebasing: rest.prefix(64)))
      rest = rest.dropFirst(64)
    }
    pending.append(contentsOf: rest)
  }

  /// What is put after the last byte: a one bit, zeros, and the number of bits.
  var padding: [UInt8] {
    var padding: [UInt8] = [0x80] + Array(repeating: 0, count: (119 - pending.count) % 64)
    withUnsafeBytes(of: (byteCount * 8).bigEndian) { padding.append(contentsOf: $0) }
    return padding
  }
}
