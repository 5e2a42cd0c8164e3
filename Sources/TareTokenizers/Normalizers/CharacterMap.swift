/// SentencePiece's `precompiled_charsmap`: a trie of what is rewritten, and the texts it becomes.
///
/// The format: the trie's size in bytes (32 bits, little-endian), the trie as a double array of
/// 32-bit units (the darts-clone library's), then the texts, each ended by a zero byte.
import TareCore

struct CharacterMap: Sendable {
  private let units: [UInt32]
  private let texts: [UInt8]

  /// - Throws: `TareError.badData` if the trie's size is not what the data has, or if the texts are
  ///   not UTF-8.
  init(_ data: [UInt8]) throws(TareError) {
    func unit(_ index: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | UInt32(data[4 * index + $1]) << UInt32(8 * $1) }
    }
    guard data.count >= 4 else {
      throw .badData(place: "", found: "\(data.count) bytes", accepted: "at least 4")
    }
    let size = Int(unit(0)) / 4
    guard size >= 1, 4 + 4 * size <= data.count else {
      throw .badData(
        place: "", found: "a trie of \(unit(0)) bytes in \(data.count) bytes",
        accepted: "a trie that fits")
    }
    units = (1...size).map(unit)
    texts = Array(data[(4 + 4 * size)...])
    guard String(validating: texts, as: UTF8.self) != nil else {
      throw .badData(place: "", found: "texts that are not UTF-8", accepted: "UTF-8")
    }
  }

  /// The text of the shortest rule that `text` begins with; nil if it begins with none, or if the
  /// data leads nowhere.
  func rewrite(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    prefixes(of: text, first: true).flatMap { self.text(at: $0.value) }
  }

  /// The longest rule that `text` begins with, as the SentencePiece library looks for it: its length
  /// in bytes and its text.
  func longest(_ text: ArraySlice<UInt8>) -> (length: Int, text: ArraySlice<UInt8>)? {
    guard let match = prefixes(of: text, first: false), let found = self.text(at: match.value)
    else { return nil }
    return (match.length, found)
  }

  /// - Returns: nil also for a place inside a character.
  private func text(at start: Int) -> ArraySlice<UInt8>? {
    guard start < texts.count, !Self.continues(texts[start]) else { return nil }
    return texts[start...].prefix { $0 != 0 }
  }

  /// Rules that end inside a character are none.
  private func prefixes(
    of text: ArraySlice<UInt8>, first: Bool
  ) -> (length: Int, value: Int)? {
    var found: (length: Int, value: Int)?
    var node = Self.offset(units[0])
    for (index, byte) in text.enumerated() {
      guard byte != 0 else { break }
      node ^= Int(byte)
      guard node < units.count else { break }
      let unit = units[node]
      guard unit & (1 << 31 | 0xFF) == UInt32(byte) else { break }
      node ^= Self.offset(unit)
      let next = text.startIndex + index + 1
      let isInside = next < text.endIndex && Self.continues(text[next])
      if unit >> 8 & 1 == 1, node < units.count, !isInside {
        found = (index + 1, Int(units[node] & (1 << 31 - 1)))
        if first { break }
      }
    }
    return found
  }

  /// Whether a byte of UTF-8 is not the first of a character.
  private static func continues(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }

  /// Where a unit's children are, relative to itself.
  private static func offset(_ unit: UInt32) -> Int {
    Int(unit >> 10) << Int((unit & 1 << 9) >> 6)
  }
}
