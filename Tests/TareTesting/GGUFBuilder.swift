/// Small GGUF files made in memory, for tests.

/// Builds small GGUF files, right or wrong in one place.
package struct GGUFBuilder {
  package var magic = Array("GGUF".utf8)
  package var version: UInt32 = 3
  package var tensorCount: UInt64?
  package var pairCount: UInt64?
  /// Key, type number, encoded value.
  package var pairs: [(String, UInt32, [UInt8])] = []
  /// Name, extents (innermost first, as GGUF has them), type number, offset.
  package var tensors: [(String, [UInt64], UInt32, UInt64)] = []
  /// The tensors' data; zeros unless it is set.
  package var data = [UInt8](repeating: 0, count: 256)

  package init() {}

  package static func bytes<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
  package static func string(_ text: String) -> [UInt8] {
    bytes(UInt64(text.utf8.count)) + Array(text.utf8)
  }

  package var file: [UInt8] {
    var out = magic + Self.bytes(version)
    out += Self.bytes(tensorCount ?? UInt64(tensors.count))
    out += Self.bytes(pairCount ?? UInt64(pairs.count))
    for (key, type, value) in pairs { out += Self.string(key) + Self.bytes(type) + value }
    for (name, extents, type, offset) in tensors {
      out += Self.string(name) + Self.bytes(UInt32(extents.count))
      for extent in extents { out += Self.bytes(extent) }
      out += Self.bytes(type) + Self.bytes(offset)
    }
    out += [UInt8](repeating: 0, count: (32 - out.count % 32) % 32)
    return out + data
  }
}
