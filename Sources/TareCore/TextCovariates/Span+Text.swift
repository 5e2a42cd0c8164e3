/// UTF-8 read as Python's `re` reads a string: white space, digits and line starts. Every function
/// is given valid UTF-8 and the position of a scalar's first byte, and takes any position from the
/// end on as "nothing there".

enum Byte {
  static let tab = UInt8(ascii: "\t")
  static let lineFeed = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")
  static let space = UInt8(ascii: " ")
}

extension Span<UInt8> {
  /// Bytes of the white space scalar at a position, 0 where there is none.
  ///
  /// White space is Python's `str.isspace`, which `\s` and `str.split` follow: U+0009 to U+000D,
  /// U+001C to U+0020, U+0085 and the scalars of category Z.
  @inline(__always)
  func whitespace(at index: Int) -> Int {
    guard index < count else { return 0 }
    let byte = self[index]
    if byte < 0x80 { return byte == Byte.space || 9...13 ~= byte || 28...31 ~= byte ? 1 : 0 }
    // The first bytes of all white space beyond ASCII.
    guard byte == 0xC2 || 0xE1...0xE3 ~= byte else { return 0 }
    return wideWhitespace(at: index)
  }

  private func wideWhitespace(at index: Int) -> Int {
    guard index + 1 < count else { return 0 }
    let second = self[index + 1]
    if self[index] == 0xC2 { return second == 0x85 || second == 0xA0 ? 2 : 0 }
    guard index + 2 < count else { return 0 }
    switch (self[index], second, self[index + 2]) {
    case (0xE1, 0x9A, 0x80),  // U+1680
      (0xE2, 0x80, 0x80...0x8A),  // U+2000 to U+200A
      (0xE2, 0x80, 0xA8), (0xE2, 0x80, 0xA9), (0xE2, 0x80, 0xAF),  // U+2028, U+2029, U+202F
      (0xE2, 0x81, 0x9F),  // U+205F
      (0xE3, 0x80, 0x80):  // U+3000
      return 3
    default:
      return 0
    }
  }

  /// The position of the next line feed, or the end. Only line feeds end lines, as for `^`.
  func lineEnd(from start: Int) -> Int {
    var index = start
    while index < count, self[index] != Byte.lineFeed { index += 1 }
    return index
  }

  /// The first position that is no white space within the line, and the white space scalars before
  /// it: at most `limit`, and one more if there are more.
  func skipBlanks(from start: Int, upTo limit: Int = .max - 1) -> (index: Int, blanks: Int) {
    var index = start
    var blanks = 0
    while blanks <= limit, index < count, self[index] != Byte.lineFeed,
      case let blank = whitespace(at: index), blank > 0
    {
      index += blank
      blanks += 1
    }
    return (index, blanks)
  }

  /// Whether the ASCII text stands at a position.
  @inline(__always)
  func holds(_ text: StaticString, at index: Int) -> Bool {
    guard index + text.utf8CodeUnitCount <= count else { return false }
    return text.withUTF8Buffer { bytes in
      for offset in bytes.indices where self[index + offset] != bytes[offset] { return false }
      return true
    }
  }
}

// MARK: - Digits of any script, which `\d` takes

extension Span<UInt8> {
  /// Where the run of digits that begins at a position ends.
  func digitsEnd(from start: Int) -> Int {
    var index = start
    while index < count {
      if self[index] < 0x80 {
        guard self[index] &- UInt8(ascii: "0") < 10 else { break }
        index += 1
      } else {
        let (scalar, length) = scalar(at: index)
        guard scalar?.properties.generalCategory == .decimalNumber else { break }
        index += length
      }
    }
    return index
  }

  /// Whether the scalar before a position is a digit.
  func hasDigit(before index: Int) -> Bool {
    var start = index - 1
    guard start >= 0 else { return false }
    if self[start] < 0x80 { return self[start] &- UInt8(ascii: "0") < 10 }
    while start > 0, self[start] & 0xC0 == 0x80 { start -= 1 }
    return scalar(at: start).scalar?.properties.generalCategory == .decimalNumber
  }

  /// The scalar of two bytes or more at a position, and their number.
  private func scalar(at index: Int) -> (scalar: Unicode.Scalar?, length: Int) {
    let first = self[index]
    let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    guard index + length <= count else { return (nil, 1) }
    // The first byte's own bits: five, four or three.
    var value = UInt32(first & (0xFF >> UInt8(length + 1)))
    for offset in 1..<length { value = value << 6 | UInt32(self[index + offset] & 0x3F) }
    return (Unicode.Scalar(value), length)
  }
}
