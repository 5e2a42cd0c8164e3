/// One scalar of valid UTF-8, as a `String` holds it.
struct UTF8Scalar {
  let value: UInt32
  /// Bytes it takes, 1 to 4.
  let width: Int

  @inline(__always)
  init(_ text: borrowing Span<UInt8>, at position: Int) {
    let lead = text[position]
    self =
      lead < 0x80
      ? UTF8Scalar(value: UInt32(lead), width: 1) : Self.decode(text, at: position, lead)
  }

  private init(value: UInt32, width: Int) {
    self.value = value
    self.width = width
  }

  private static func decode(
    _ text: borrowing Span<UInt8>, at position: Int, _ lead: UInt8
  ) -> UTF8Scalar {
    let width = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
    // The lead byte's own bits: 5, 4 or 3 of them.
    var value = UInt32(lead & (0x7F >> UInt8(width)))
    for offset in 1..<width { value = value << 6 | UInt32(text[position + offset] & 0x3F) }
    return UTF8Scalar(value: value, width: width)
  }

  /// Where the scalar that ends at `position` starts.
  @inline(__always)
  static func start(of text: borrowing Span<UInt8>, before position: Int) -> Int {
    var start = position - 1
    while text[start] & 0xC0 == 0x80 { start -= 1 }
    return start
  }
}

extension [UInt8] {
  /// Appends the scalar's UTF-8.
  mutating func append(_ scalar: Unicode.Scalar) {
    if scalar.value < 0x80 { return append(UInt8(scalar.value)) }
    append(contentsOf: Array(String(scalar).utf8))
  }
}
