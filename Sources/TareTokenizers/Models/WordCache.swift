/// Remembers the tokens of a text's words, so that a word that comes again is not worked out again.
/// It lives as long as the encoding of one text.
struct WordCache {
  private var entries: [Int: Entry] = [:]
  /// The words and their tokens, one after the other.
  private var words: [UInt8] = []
  private var tokens: [Int32] = []

  private struct Entry {
    var word: Range<Int>
    var tokens: Range<Int>
  }

  /// Longer words hardly come again.
  private static let longest = 64

  /// Appends the tokens of the word, which has this hash; false if it is not known.
  func appendTokens(
    of text: [UInt8], _ word: Range<Int>, _ hash: Int, to ids: inout [Int32]
  ) -> Bool {
    guard word.count <= Self.longest, let entry = entries[hash], entry.word.count == word.count
    else { return false }
    let distance = word.lowerBound - entry.word.lowerBound
    for place in entry.word where words[place] != text[place + distance] { return false }
    for place in entry.tokens { ids.append(tokens[place]) }
    return true
  }

  /// Of words with the same hash, which are as good as never, the last is remembered.
  mutating func store(
    _ text: [UInt8], _ word: Range<Int>, _ hash: Int, tokens new: ArraySlice<Int32>
  ) {
    guard word.count <= Self.longest else { return }
    let start = (words.count, tokens.count)
    words.append(contentsOf: text[word])
    tokens.append(contentsOf: new)
    entries[hash] = Entry(word: start.0..<words.count, tokens: start.1..<tokens.count)
  }
}
