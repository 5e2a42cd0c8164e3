/// Remembers where in a text's tokens those of each word stand, so that a word that comes again is
/// not worked out again. It lives as long as the encoding of one text and holds no text of its own.
struct WordCache {
  private var entries: [Int: Entry] = [:]
  private var current: (hash: Int, word: Range<Int>) = (0, 0..<0)

  private struct Entry {
    /// Where the word stands in the text.
    var word: Range<Int>
    /// Where its tokens stand in the text's tokens.
    var tokens: Range<Int>
  }

  /// - Parameter count: how many words the text has. Texts of few words are not worth a look.
  init(count: Int) {
    isUsed = count > 8
  }

  private let isUsed: Bool

  /// Appends the tokens of the same word earlier in the text; false if there is none.
  mutating func repeatTokens(
    of word: Range<Int>, in text: borrowing Span<UInt8>, into ids: inout [Int32]
  ) -> Bool {
    guard isUsed else { return false }
    current = (text.extracting(word).hash(), word)
    guard let entry = entries[current.hash], Self.equal(entry.word, word, in: text) else {
      return false
    }
    for index in entry.tokens { ids.append(ids[index]) }
    return true
  }

  /// Remembers the tokens of the word that was asked for last. Of words with the same hash, which
  /// are as good as never, the last is remembered.
  mutating func store(_ tokens: Range<Int>) {
    if isUsed { entries[current.hash] = Entry(word: current.word, tokens: tokens) }
  }

  private static func equal(
    _ left: Range<Int>, _ right: Range<Int>, in text: borrowing Span<UInt8>
  ) -> Bool {
    guard left.count == right.count else { return false }
    return left.indices.allSatisfy { text[$0] == text[$0 + right.lowerBound - left.lowerBound] }
  }
}
