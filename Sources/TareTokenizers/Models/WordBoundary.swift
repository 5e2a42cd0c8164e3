/// Where a text without a pre-tokeniser may be cut without changing its tokens: before `▁`, if no
/// merge reaches across it. Words are then merged, and remembered, one by one.

struct WordBoundary: Sendable {
  /// `▁` (U+2581), which stands for a space, in UTF-8.
  private static let mark: [UInt8] = [0xE2, 0x96, 0x81]

  /// Nil if a merge joins a token that does not end with the mark to one that begins with it, or if
  /// the mark is no token: then unknown characters before and after it can be one.
  init?(_ merges: Spellings, _ tokens: TokenTable) {
    guard tokens.id(of: Self.mark.span) != nil else { return nil }
    for index in 0..<merges.count / 2 {
      let left = merges.bytes[merges.range(2 * index)]
      let right = merges.bytes[merges.range(2 * index + 1)]
      if right.first == 0xE2, right.starts(with: Self.mark), left.suffix(3) != Self.mark[...] {
        return nil
      }
    }
  }

  func cut(_ words: [Range<Int>], of text: [UInt8]) -> [Range<Int>] {
    var result: [Range<Int>] = []
    for word in words {
      var start = word.lowerBound
      var position = start
      var wasMark = true
      while position < word.upperBound {
        let isMark =
          text[position] == 0xE2 && position + 3 <= word.upperBound && text[position + 1] == 0x96
          && text[position + 2] == 0x81
        if isMark, !wasMark {
          result.append(start..<position)
          start = position
        }
        wasMark = isMark
        position += isMark ? 3 : 1
      }
      result.append(start..<word.upperBound)
    }
    return result
  }
}
