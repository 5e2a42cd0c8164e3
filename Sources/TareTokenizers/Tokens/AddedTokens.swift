/// Finds added tokens in a text, before it is cut into words: from left to right, the longest of
/// those that start at a place.
struct AddedTokens: Sendable {
  private var trie = ByteTrie()
  /// By id.
  private var tokens: [Int32: AddedToken] = [:]

  var isEmpty: Bool { tokens.isEmpty }

  /// - Parameter spelling: what is looked for, which differs from the content where texts are
  ///   normalised. Of two tokens with the same spelling the first is found.
  mutating func insert(_ token: AddedToken, _ id: Int32, spelling: [UInt8]) {
    guard !spelling.isEmpty else { return }
    let match = trie.longest(in: spelling.span, at: 0)
    if let match, match.end == spelling.count { return }
    trie.insert(spelling, id)
    tokens[id] = token
  }

  /// Calls `body` with the text's parts in order: each added token with its id, and what is between
  /// them with nil. No part between is empty.
  ///
  /// A token that is not taken, because it must be a single word, is passed over whole, and a token
  /// that strips takes no white space that the one before it took (`tokenizers` 0.23,
  /// `added_vocabulary.rs`).
  func forEachPart<Failure: Error>(
    of text: borrowing Span<UInt8>, _ body: (Range<Int>, Int32?) throws(Failure) -> Void
  ) throws(Failure) {
    var taken = 0
    var position = 0
    while position < text.count {
      guard let (id, end) = trie.longest(in: text, at: position), let token = tokens[id] else {
        position += 1
        continue
      }
      let start = position
      position = end
      if token.singleWord, !Self.isAlone(start..<end, in: text) { continue }
      let left = token.stripsLeft ? max(Self.spaceStart(text, before: start), taken) : start
      // Where the one before took this one's own white space, nothing is left of it.
      let right = max(token.stripsRight ? Self.spaceEnd(text, after: end) : end, left)
      if taken < left { try body(taken..<left, nil) }
      try body(left..<right, id)
      taken = right
    }
    if taken < text.count { try body(taken..<text.count, nil) }
  }

  private static func isAlone(_ range: Range<Int>, in text: borrowing Span<UInt8>) -> Bool {
    let before = range.lowerBound
    let after = range.upperBound
    let wordBefore =
      before > 0
      && ScalarClass.regexWord.contains(
        UTF8Scalar(text, at: UTF8Scalar.start(of: text, before: before)).value)
    let wordAfter =
      after < text.count && ScalarClass.regexWord.contains(UTF8Scalar(text, at: after).value)
    return !wordBefore && !wordAfter
  }

  private static func spaceStart(_ text: borrowing Span<UInt8>, before position: Int) -> Int {
    var start = position
    while start > 0 {
      let previous = UTF8Scalar.start(of: text, before: start)
      guard ScalarClass.space.contains(UTF8Scalar(text, at: previous).value) else { break }
      start = previous
    }
    return start
  }

  private static func spaceEnd(_ text: borrowing Span<UInt8>, after position: Int) -> Int {
    var end = position
    while end < text.count {
      let scalar = UTF8Scalar(text, at: end)
      guard ScalarClass.space.contains(scalar.value) else { break }
      end += scalar.width
    }
    return end
  }
}
