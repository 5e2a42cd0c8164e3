/// Reading decimal numbers from bytes, correctly rounded.

package enum DecimalText {
  /// A finite decimal number, blanks around it allowed; nil for "nan", "inf", "0x1F" and "1e999".
  static func number(in bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Double? {
    var start = start
    var end = end
    while start < end, isBlank(bytes[start]) { start += 1 }
    while start < end, isBlank(bytes[end - 1]) { end -= 1 }
    if let number = short(bytes, start, end) { return number }
    for offset in start..<end where !isDecimalByte(bytes[offset]) { return nil }
    let digits = CSVCell.string(bytes, start, end)
    guard let number = Double(digits), number.isFinite else { return nil }
    return number
  }

  /// The number that a whole text is.
  package static func number(_ text: String) -> Double? {
    let bytes = Array(text.utf8)
    return number(in: bytes.span, 0, bytes.count)
  }

  /// Up to 19 digits and a small power of ten; nil for all else, well formed or not.
  private static func short(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Double? {
    guard start < end else { return nil }
    var offset = start
    let isNegative = bytes[offset] == UInt8(ascii: "-")
    if isNegative || bytes[offset] == UInt8(ascii: "+") { offset += 1 }
    var digits: UInt64 = 0
    let whole = passDigits(bytes, &offset, end, &digits)
    var fraction = 0
    if offset < end, bytes[offset] == UInt8(ascii: ".") {
      offset += 1
      fraction = passDigits(bytes, &offset, end, &digits)
    }
    // 19 nines are below 2^64.
    guard whole > 0, whole + fraction <= 19 else { return nil }
    var exponent = 0
    if offset < end, bytes[offset] | 0x20 == UInt8(ascii: "e") {
      offset += 1
      let isBelow = offset < end && bytes[offset] == UInt8(ascii: "-")
      if isBelow || (offset < end && bytes[offset] == UInt8(ascii: "+")) { offset += 1 }
      var power: UInt64 = 0
      let count = passDigits(bytes, &offset, end, &power)
      guard 1...4 ~= count else { return nil }
      exponent = isBelow ? -Int(power) : Int(power)
    }
    guard offset == end, let number = scaled(digits, exponent - fraction) else { return nil }
    return isNegative ? -number : number
  }

  /// - Returns: how many digits were passed.
  @inline(__always)
  private static func passDigits(
    _ bytes: Span<UInt8>, _ offset: inout Int, _ end: Int, _ value: inout UInt64
  ) -> Int {
    let start = offset
    while offset < end {
      let digit = bytes[offset] &- UInt8(ascii: "0")
      guard digit < 10 else { break }
      value = value &* 10 &+ UInt64(digit)
      offset += 1
    }
    return offset - start
  }

  /// `digits · 10^exponent`, correctly rounded; nil where that needs more than 64 bits of the power.
  private static func scaled(_ digits: UInt64, _ exponent: Int) -> Double? {
    if digits == 0 { return 0 }
    // Both factors are exact, so there is one rounding (Clinger 1990, "How to Read Floating Point
    // Numbers Accurately", section 3): 10^22 is the largest power that a Double holds.
    if digits <= 1 << 53, -22...22 ~= exponent {
      return exponent < 0
        ? Double(digits) / tens[-exponent] : Double(digits) * tens[exponent]
    }
    if exponent == 0 { return Double(digits) }
    guard -27..<0 ~= exponent else { return nil }
    return quotient(digits, by: fives[-exponent], halvings: -exponent)
  }

  /// `digits / (five · 2^halvings)`: 63 bits or more of the quotient, and a last bit for what is
  /// left over, round as the exact quotient does. 5^27 is the largest power that has 64 bits; no
  /// result is so small that it would be subnormal.
  private static func quotient(_ digits: UInt64, by five: UInt64, halvings: Int) -> Double {
    let up = digits.leadingZeroBitCount
    let over = five.leadingZeroBitCount
    let dividend = digits << up
    let (quotient, rest) = (five << over).dividingFullWidth((dividend >> 1, dividend << 63))
    let rounded = Double(quotient | (rest == 0 ? 0 : 1))
    return Double(sign: .plus, exponent: over - up - 63 - halvings, significand: rounded)
  }

  /// 10^0 to 10^22.
  private static let tens: [Double] = (0...22).map { power in
    (0..<power).reduce(1) { product, _ in product * 10 }
  }

  /// 5^0 to 5^27.
  private static let fives: [UInt64] = (0...27).map { power in
    (0..<power).reduce(1) { product, _ in product * 5 }
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  private static func isDecimalByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
      UInt8(ascii: "+"), UInt8(ascii: "e"), UInt8(ascii: "E"):
      true
    default: false
    }
  }
}
