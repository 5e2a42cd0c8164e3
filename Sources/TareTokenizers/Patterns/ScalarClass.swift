/// A set of Unicode scalars, as one element of a pattern matches it: `[^\s\p{L}]`, `\d`, `a`.
///
/// The union of ranges, general categories and other sets, then perhaps its complement.
struct ScalarClass: Sendable {
  private var ranges: [ClosedRange<UInt32>]
  private var categories: CategorySet
  private var children: [ScalarClass]
  private var isNegated: Bool
  private var ignoresCase: Bool
  /// One bit for each of the scalars below 128, worked out once.
  private var ascii: (low: UInt64, high: UInt64) = (0, 0)

  init(
    ranges: [ClosedRange<UInt32>] = [], categories: CategorySet = [],
    children: [ScalarClass] = [], isNegated: Bool = false, ignoresCase: Bool = false
  ) {
    // Members get their other cases here, ranges and categories when a scalar is looked for: only
    // so is a final sigma, which is no other letter's other case, the same as a sigma.
    self.ranges = ranges.flatMap { range in
      ignoresCase && range.count == 1
        ? Self.cases(of: range.lowerBound).map { $0...$0 } : [range]
    }
    self.categories = categories
    self.children = children
    self.isNegated = isNegated
    self.ignoresCase = ignoresCase
    for value in UInt32(0)..<64 where search(value) { ascii.low |= 1 << UInt64(value) }
    for value in UInt32(64)..<128 where search(value) { ascii.high |= 1 << UInt64(value - 64) }
  }

  /// The class of one scalar.
  init(_ scalar: Unicode.Scalar, ignoresCase: Bool) {
    self.init(ranges: [scalar.value...scalar.value], ignoresCase: ignoresCase)
  }

  var complement: ScalarClass {
    var result = self
    result.isNegated.toggle()
    result.ascii = (~ascii.low, ~ascii.high)
    return result
  }

  static func intersection(of parts: [ScalarClass]) -> ScalarClass {
    ScalarClass(children: parts.map(\.complement), isNegated: true)
  }

  @inline(__always)
  func contains(_ value: UInt32) -> Bool {
    if value < 64 { return ascii.low >> UInt64(value) & 1 == 1 }
    if value < 128 { return ascii.high >> UInt64(value - 64) & 1 == 1 }
    return search(value)
  }

  private func search(_ value: UInt32) -> Bool {
    let found = ignoresCase ? Self.cases(of: value).contains(where: holds) : holds(value)
    return found != isNegated
  }

  private func holds(_ value: UInt32) -> Bool {
    (!categories.isEmpty && categories.contains(CategorySet(of: value)))
      || ranges.contains { $0.contains(value) }
      || children.contains { $0.contains(value) }
  }

  /// The scalar and those that differ from it only in case, without case mappings to several
  /// scalars. The upper case's lower case is among them, so that a long s is an s and a Kelvin sign
  /// a k, as in the `regex` and Oniguruma libraries.
  private static func cases(of value: UInt32) -> [UInt32] {
    func single(_ mapping: String) -> Unicode.Scalar? {
      mapping.unicodeScalars.count == 1 ? mapping.unicodeScalars.first : nil
    }
    guard let scalar = Unicode.Scalar(value) else { return [value] }
    let upper = single(scalar.properties.uppercaseMapping)
    let others = [
      single(scalar.properties.lowercaseMapping), upper,
      upper.flatMap { single($0.properties.lowercaseMapping) },
    ]
    return [value] + others.compactMap { $0?.value }
  }
}

extension ScalarClass {
  /// `.` of the Oniguruma library: all but the line feed.
  static let anyButLineFeed = ScalarClass(ranges: [0x0A...0x0A], isNegated: true)

  /// `\s`: the scalars with the property White_Space.
  static let space = ScalarClass(
    ranges: [0x09...0x0D, 0x85...0x85],
    categories: [.spaceSeparator, .lineSeparator, .paragraphSeparator])

  /// `\d`: decimal digits of all scripts.
  static let digit = ScalarClass(categories: .decimalNumber)

  /// `\h` of the Oniguruma library: hexadecimal digits.
  static let hexDigit = ScalarClass(ranges: [0x30...0x39, 0x41...0x46, 0x61...0x66])

  /// `\w` as in the Oniguruma library: alphabetic scalars, marks, decimal digits, connectors. The
  /// ranges are Latin-1's superscript digits and fractions, which that library counts among them,
  /// and the alphabetic scalars of other categories: circled, squared and negative Latin letters.
  static let word = ScalarClass(
    ranges: [
      0xB2...0xB3, 0xB9...0xB9, 0xBC...0xBE, 0x24B6...0x24E9, 0x1F130...0x1F149,
      0x1F150...0x1F169, 0x1F170...0x1F189,
    ],
    categories: [.letter, .mark, .letterNumber, .decimalNumber, .connectorPunctuation])

  /// `\w` of Rust's `regex` library: alphabetic scalars, marks, decimal digits, connectors, joiners.
  static let regexWord = ScalarClass(
    ranges: [
      0x24B6...0x24E9, 0x1F130...0x1F149, 0x1F150...0x1F169, 0x1F170...0x1F189, 0x200C...0x200D,
    ],
    categories: [.letter, .mark, .letterNumber, .decimalNumber, .connectorPunctuation])
}
