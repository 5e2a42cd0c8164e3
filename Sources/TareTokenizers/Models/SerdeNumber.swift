/// Scores as the `tokenizers` library reads them: its JSON reader's last bit differs from the nearest
/// double, and with it which of two cuts of equal score wins.

extension Double {
  /// The number that Rust's `serde_json` reads without its feature `float_roundtrip`: the digits as
  /// an integer, then one multiplication or division by a power of ten. Nil if it is too large.
  init?(serde text: some StringProtocol) {
    var digits: UInt64 = 0
    var exponent = 0
    var isNegative = false
    var isFraction = false
    var rest = text.utf8[...]
    while let byte = rest.popFirst(), byte | 0x20 != UInt8(ascii: "e") {
      switch byte {
      case UInt8(ascii: "-"): isNegative = true
      case UInt8(ascii: "."): isFraction = true
      default:
        let (tens, first) = digits.multipliedReportingOverflow(by: 10)
        let (sum, second) = tens.addingReportingOverflow(UInt64(byte) &- 0x30)
        if first || second {
          // Digits that no longer fit are left out.
          if !isFraction { exponent += 1 }
        } else {
          digits = sum
          if isFraction { exponent -= 1 }
        }
      }
    }
    if !rest.isEmpty {
      guard let written = Int(String(decoding: rest, as: UTF8.self)), written.magnitude < 100_000
      else { return nil }
      exponent += written
    }
    guard let value = Self.scaled(Double(digits), exponent) else { return nil }
    self = isNegative ? -value : value
  }

  private static func scaled(_ digits: Double, _ exponent: Int) -> Double? {
    var value = digits
    var exponent = exponent
    while exponent < -308, value != 0 {
      value /= 1e308
      exponent += 308
    }
    guard value != 0 else { return value }
    guard exponent <= 308, let power = Double("1e\(abs(exponent))") else { return nil }
    value = exponent >= 0 ? value * power : value / power
    return value.isFinite ? value : nil
  }
}
