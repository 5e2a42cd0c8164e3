/// Goes through a format string, for both of Python's ways to format.

/// Reads a format from left to right.
struct FormatReader {
  var rest: ArraySlice<Unicode.Scalar>

  init(_ text: String) { rest = text.scalars[...] }

  mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard rest.first == scalar else { return false }
    rest.removeFirst()
    return true
  }

  mutating func number() throws(Fault) -> Int? {
    let digits = String(rest.prefix { ("0"..."9").contains($0) })
    rest.removeFirst(digits.utf8.count)
    if digits.isEmpty { return nil }
    guard let number = Int(digits) else {
      throw .value("Too many decimal digits in format string")
    }
    return number
  }

  /// All up to the scalar, which is taken too; nil if it does not come.
  mutating func upTo(_ scalar: Unicode.Scalar) -> String? {
    guard let end = rest.firstIndex(of: scalar) else { return nil }
    let text = String(rest[..<end])
    rest = rest[(end + 1)...]
    return text
  }
}
