/// Remembers where in a text's tokens those of each word stand, so that a word that comes again is
/// not worked out again. It lives as long as the encoding of one text and holds no text of its own.
struct WordCache {
  private var entries: [Int: Entry] = [:]

  private struct Entry {
    /// Where the word stands in the text.
    var word: Range<Int>
    /// Where its tokens stand in the text's tokens.
    var tokens: Range<Int>
  }

  /// Where the tokens of the same word, which has this hash, stand.
  func tokens(of word: Range<Int>, _ hash: Int, in text: borrowing Span<UInt8>) -> Range<Int>? {
    guard let entry = entries[hash], entry.word.count == word.count else { return nil }
    let distance = word.lowerBound - entry.word.lowerBound
    let isEqual = entry.word.allSatisfy { text[$0] == text[$0 + distance] }
    return isEqual ? entry.tokens : nil
  }

  /// Of words with the same hash, which are as good as never, the last is remembered.
  mutating func store(_ word: Range<Int>, _ hash: Int, tokens: Range<Int>) {
    entries[hash] = Entry(word: word, tokens: tokens)
  }
}
