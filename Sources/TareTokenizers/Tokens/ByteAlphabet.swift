/// The printable alphabet in which byte-level vocabularies spell bytes.
///
/// A byte that is a printable character of Latin-1, other than the soft hyphen, stands for itself;
/// the other 68 are, in order, the scalars from U+0100 (Radford et al. 2019, GPT-2's `encoder.py`).
enum ByteAlphabet {
  /// The scalar of each byte.
  static let scalars: [Unicode.Scalar] = {
    var spares = (UInt32(0x100)...0x143).compactMap(Unicode.Scalar.init).makeIterator()
    return (UInt8.min...UInt8.max).map { byte in
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: Unicode.Scalar(byte)
      default: spares.next() ?? Unicode.Scalar(byte)
      }
    }
  }()

  /// The UTF-8 of each byte's scalar, two bytes or one with a zero after it.
  private static let spellings: [(UInt8, UInt8)] = scalars.map { scalar in
    let bytes = Array(String(scalar).utf8)
    return (bytes[0], bytes.count > 1 ? bytes[1] : 0)
  }

  /// The byte of each scalar below U+0180, -1 where it spells none.
  private static let bytes: [Int16] = {
    var bytes = [Int16](repeating: -1, count: 0x180)
    for (byte, scalar) in scalars.enumerated() { bytes[Int(scalar.value)] = Int16(byte) }
    return bytes
  }()

  /// The bytes that a token spells; nil if it is not written in the alphabet.
  static func bytes(of token: [UInt8]) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(token.count)
    var position = 0
    while position < token.count {
      let scalar = UTF8Scalar(token.span, at: position)
      guard scalar.value < 0x180, bytes[Int(scalar.value)] >= 0 else { return nil }
      result.append(UInt8(bytes[Int(scalar.value)]))
      position += scalar.width
    }
    return result
  }

  /// The spelling of `bytes`.
  static func spelling(of bytes: ArraySlice<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + bytes.count / 4)
    appendSpelling(of: bytes, to: &result)
    return result
  }

  static func appendSpelling(of bytes: ArraySlice<UInt8>, to result: inout [UInt8]) {
    for byte in bytes {
      let (first, second) = spellings[Int(byte)]
      result.append(first)
      if second != 0 { result.append(second) }
    }
  }
}
