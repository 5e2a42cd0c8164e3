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

  private static let bytes = Dictionary(
    uniqueKeysWithValues: zip(scalars, UInt8.min...UInt8.max))

  /// The bytes that a token spells; nil if it is not written in the alphabet.
  static func bytes(of token: String) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(token.utf8.count)
    for scalar in token.unicodeScalars {
      guard let byte = bytes[scalar] else { return nil }
      result.append(byte)
    }
    return result
  }

  /// The token that spells `bytes`.
  static func token(of bytes: borrowing Span<UInt8>) -> String {
    var token = String.UnicodeScalarView()
    for index in bytes.indices { token.append(scalars[Int(bytes[index])]) }
    return String(token)
  }
}
