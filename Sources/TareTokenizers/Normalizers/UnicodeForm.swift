/// The four normalisation forms of Unicode (UAX #15), by Foundation's tables.
import Foundation

enum UnicodeForm {
  case nfc, nfd, nfkc, nfkd

  /// Text whose scalars all are below this is in the form already: the first combining mark, or the
  /// first scalar of Latin-1 that is decomposed.
  private var firstChanged: UInt32 {
    switch self {
    case .nfc: 0x300
    case .nfd: 0xC0
    case .nfkc, .nfkd: 0xA0
    }
  }

  /// Scalars beyond those that no composition or decomposition concerns, as long as no scalar
  /// outside these ranges stands beside them: Cyrillic (not NFD), kana and ideographs.
  private func isStable(_ value: UInt32) -> Bool {
    switch value {
    case ..<firstChanged, 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x2010, 0x2012...0x2016,
      0x2018...0x201F:
      true
    case 0xAC00...0xD7A3, 0x3041...0x3096, 0x30A1...0x30FA, 0x400...0x482:
      self == .nfc || self == .nfkc
    default: false
    }
  }

  /// Rewrites UTF-8 text; text that is in the form is left as it is at once.
  func apply(to bytes: inout [UInt8]) {
    var position = 0
    while position < bytes.count {
      let scalar = UTF8Scalar(bytes.span, at: position)
      guard isStable(scalar.value) else { break }
      position += scalar.width
    }
    guard position < bytes.count else { return }
    var result = ""
    var run = String.UnicodeScalarView()
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      guard Self.isTooNew(scalar.value) else {
        run.append(scalar)
        continue
      }
      result += converted(String(run))
      result.unicodeScalars.append(scalar)
      run = String.UnicodeScalarView()
    }
    bytes = Array((result + converted(String(run))).utf8)
  }

  /// Scalars with a decomposition that came after Unicode 9, whose tables the `tokenizers` library
  /// 0.23.3 has for this.
  private static func isTooNew(_ value: UInt32) -> Bool {
    switch value {
    case 0x32FF, 0xA7F2...0xA7F4, 0xAB69, 0x10781...0x107BA, 0x11938, 0x1E030...0x1E06D, 0x1F16C,
      0x1FBF0...0x1FBF9:
      true
    default: false
    }
  }

  private func converted(_ text: String) -> String {
    switch self {
    case .nfc: text.precomposedStringWithCanonicalMapping
    case .nfd: text.decomposedStringWithCanonicalMapping
    // Foundation leaves apart what its compatibility mapping lays beside each other.
    case .nfkc:
      text.precomposedStringWithCompatibilityMapping.precomposedStringWithCanonicalMapping
    case .nfkd: text.decomposedStringWithCompatibilityMapping
    }
  }
}
