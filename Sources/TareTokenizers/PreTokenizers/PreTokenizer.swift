/// Cuts text into the words that a tokenizer's model works on one by one.
///
/// The patterns work one after the other, each on the pieces that the ones before it left: every
/// match becomes a piece of its own, and so does what is between two matches.
package import TareCore

package struct PreTokenizer: Sendable {
  private let patterns: [Pattern]

  /// - Throws: `TareError.badData` if a pattern is not understood.
  package init(patterns: [String]) throws(TareError) {
    var compiled: [Pattern] = []
    for pattern in patterns { compiled.append(try Pattern(pattern)) }
    self.patterns = compiled
  }

  /// The words of `range` of `text`, UTF-8, in order; none is empty, together they are the range.
  package func words(in text: borrowing Span<UInt8>, _ range: Range<Int>) -> [Range<Int>] {
    var words = range.isEmpty ? [] : [range]
    for pattern in patterns {
      var pieces: [Range<Int>] = []
      pieces.reserveCapacity(max(words.count, range.count / 4))
      for word in words {
        Self.isolate(pattern, in: text, word, into: &pieces)
      }
      words = pieces
    }
    return words
  }

  private static func isolate(
    _ pattern: Pattern, in text: borrowing Span<UInt8>, _ word: Range<Int>,
    into pieces: inout [Range<Int>]
  ) {
    var start = word.lowerBound
    pattern.forEachMatch(in: text, word) { match in
      if start < match.lowerBound { pieces.append(start..<match.lowerBound) }
      if !match.isEmpty { pieces.append(match) }
      start = match.upperBound
    }
    if start < word.upperBound { pieces.append(start..<word.upperBound) }
  }
}
