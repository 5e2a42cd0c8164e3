/// The exponential function of several numbers at once.

extension SIMD8<Double> {
  /// e to each number, to two units in the last place, the same bits on every machine. Numbers beyond
  /// ±708 count as those.
  ///
  /// 2^k e^r with |r| ≤ ln(2) / 2, and e^r by its series to the thirteenth power.
  @inline(__always)
  package var exponential: Self {
    let number = clamped(
      lowerBound: Self(repeating: -708), upperBound: Self(repeating: 708))
    // Adding this rounds to a whole number, which stands in the sum's last bits.
    let shift = Self(repeating: 0x1.8p52)
    let shifted = number * 0x1.71547652b82fep0 + shift
    let power = shifted - shift
    let rest = number - power * 0x1.62e42feep-1 - power * 0x1.a39ef35793c76p-33
    var sum = rest * 0x1.6124613a86d09p-33 + 0x1.1eed8eff8d898p-29
    sum = sum * rest + 0x1.ae64567f544e4p-26
    sum = sum * rest + 0x1.27e4fb7789f5cp-22
    sum = sum * rest + 0x1.71de3a556c734p-19
    sum = sum * rest + 0x1.a01a01a01a01ap-16
    sum = sum * rest + 0x1.a01a01a01a01ap-13
    sum = sum * rest + 0x1.6c16c16c16c17p-10
    sum = sum * rest + 0x1.1111111111111p-7
    sum = sum * rest + 0x1.5555555555555p-5
    sum = sum * rest + 0x1.5555555555555p-3
    sum = sum * rest + 0.5
    sum = sum * rest + 1
    sum = sum * rest + 1
    let exponent = unsafeBitCast(shifted, to: SIMD8<Int64>.self) &<< 52
    return unsafeBitCast(
      unsafeBitCast(sum, to: SIMD8<Int64>.self) &+ exponent, to: Self.self)
  }
}
