/// The one way to write a text of those that Unicode takes for the same (NFC).
internal import Foundation

package enum CanonicalText {
  /// Brings UTF-8 into the form in which equal texts have equal bytes.
  package static func compose(_ text: inout [UInt8]) {
    // Below U+0300 every text is in that form.
    guard text.contains(where: { $0 >= 0xCC }) else { return }
    let string = String(decoding: text, as: UTF8.self)
    guard !string.unicodeScalars.allSatisfy({ isStable($0.value) }) else { return }
    text = Array(string.precomposedStringWithCanonicalMapping.utf8)
  }

  /// Whether a scalar of a common block neither changes nor joins one before it (in Unicode's terms
  /// NFC_Quick_Check is Yes, and the combining class 0); others are left to the whole algorithm.
  private static func isStable(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0..<0x300, 0x400...0x482, 0x48A...0x52F: true
    // Punctuation, but for two spaces that are written as others.
    case 0x2002...0x206F: true
    // Kana and the ideographs, without the marks for sounds.
    case 0x3000...0x3029, 0x3030...0x3098, 0x309B...0x30FF, 0x3400...0x4DBF, 0x4E00...0x9FFF: true
    case 0xAC00...0xD7A3, 0xFF00...0xFFEF, 0x1F300...0x1FAFF: true
    default: false
    }
  }
}
