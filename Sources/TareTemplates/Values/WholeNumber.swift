/// Integers of any size, in their order.
import Foundation

/// An integer, or what a finite float is rounded to, beside an integer of more than 64 bits: floats of such
/// a size have no fraction, and the order of others is the same.
struct WholeNumber: Equatable, Comparable {
  private let isNegative: Bool
  /// Without zeros before them.
  private let digits: String

  /// - Returns: nil for a value that is no number, or a float that is not finite.
  init?(_ value: Value) {
    let text: String
    switch value {
    case .bigInt(let digits): text = digits
    case .float(let float) where float.isFinite:
      // All digits of it, which are exact.
      text = String(format: "%.0f", float)
    default:
      guard let index = value.index else { return nil }
      text = String(index)
    }
    isNegative = text.hasPrefix("-") && text != "-0"
    digits = text.hasPrefix("-") ? String(text.dropFirst()) : text
  }

  static func < (a: WholeNumber, b: WholeNumber) -> Bool {
    guard a.isNegative == b.isNegative else { return a.isNegative }
    let (less, more) = a.isNegative ? (b.digits, a.digits) : (a.digits, b.digits)
    return less.utf8.count == more.utf8.count
      ? less < more : less.utf8.count < more.utf8.count
  }
}

extension Value {
  /// Whether it is an integer of more than 64 bits.
  var isBig: Bool { if case .bigInt = self { true } else { false } }
}
