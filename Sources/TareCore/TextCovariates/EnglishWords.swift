/// English words of a text, for the covariates that count what is said.

/// A word: a run of ASCII letters, with an apostrophe (' or ’) between letters taken as part of it. Case does
/// not count.
struct EnglishWord {
  /// Where it stands in the text.
  let range: Range<Int>
  /// FNV-1a of its lower-case letters, the apostrophe as '.
  let hash: UInt64
}

extension Span<UInt8> {
  /// Calls `body` with each word in order.
  func forEachEnglishWord(_ body: (EnglishWord) -> Void) {
    var index = 0
    while index < count {
      guard self[index].isASCIILetter else {
        index += 1
        continue
      }
      let start = index
      var hash = FNV1a()
      while index < count {
        if self[index].isASCIILetter {
          hash.add(self[index] | 0x20)
          index += 1
        } else if case let apostrophe = apostrophe(at: index), apostrophe > 0,
          index + apostrophe < count, self[index + apostrophe].isASCIILetter
        {
          hash.add(UInt8(ascii: "'"))
          index += apostrophe
        } else {
          break
        }
      }
      body(EnglishWord(range: start..<index, hash: hash.value))
    }
  }

  /// Bytes of the apostrophe at a position, 0 where there is none.
  private func apostrophe(at index: Int) -> Int {
    if self[index] == UInt8(ascii: "'") { return 1 }
    return holds("\u{2019}", at: index) ? 3 : 0
  }
}

extension UInt8 {
  var isASCIILetter: Bool { (self | 0x20) &- UInt8(ascii: "a") < 26 }
}

/// 64 bits of Fowler, Noll and Vo's hash.
struct FNV1a {
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }

  static func of(_ text: some Sequence<UInt8>) -> UInt64 {
    var hash = FNV1a()
    for byte in text { hash.add(byte) }
    return hash.value
  }
}
