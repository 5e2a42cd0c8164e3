/// The kinds of pre-tokeniser of tokenizer.json, and what each must do.
package import TareCore

/// Cuts text into the words that a tokenizer's model works on one by one.
package protocol PreTokenizer: FilePart, Sendable {
  /// - Throws: `TareError.badData` that names the place in the file.
  init(_ part: Part) throws(TareError)

  /// - Throws: `TareError.badData` when a pattern has spent the text's budget.
  func cut(_ text: inout CutText) throws(TareError)
}

/// A text and the pieces into which it has been cut.
package struct CutText {
  /// UTF-8.
  package private(set) var bytes: [UInt8]
  /// The pieces in order; none is empty.
  package private(set) var pieces: [Range<Int>]
  /// Whether a piece that begins at 0 begins with what the first scalar of the whole text became.
  private(set) var startsText: Bool
  /// What patterns may still cost.
  var patterns: PatternBudget

  /// - Parameter patterns: that of the whole text; by default the text is whole.
  package init(_ bytes: [UInt8], startsText: Bool, patterns: PatternBudget? = nil) {
    self.bytes = bytes
    self.patterns = patterns ?? PatternBudget(bytes: bytes.count)
    self.startsText = startsText
    pieces = bytes.isEmpty ? [] : [0..<bytes.count]
  }

  /// Cuts each piece into those that `body` appends; empty ones are left out.
  mutating func cutPieces<Failure: Error>(
    _ body: (borrowing Span<UInt8>, Range<Int>, inout [Range<Int>]) throws(Failure) -> Void
  ) throws(Failure) {
    var result: [Range<Int>] = []
    result.reserveCapacity(max(pieces.count, bytes.count / 4))
    for piece in pieces { try body(bytes.span, piece, &result) }
    result.removeAll { $0.isEmpty }
    pieces = result
  }

  /// Cuts each piece at the scalars of a class.
  mutating func cutPieces(at set: ScalarClass, _ behavior: SplitBehavior) {
    cutPieces { text, piece, result in
      var cutter = Cutter(piece, behavior)
      var position = piece.lowerBound
      while position < piece.upperBound {
        let scalar = UTF8Scalar(text, at: position)
        if set.contains(scalar.value) {
          cutter.match(position..<position + scalar.width, into: &result)
        }
        position += scalar.width
      }
      cutter.finish(into: &result)
    }
  }

  /// Writes each piece anew: `body` appends what becomes of it.
  mutating func rewritePieces(
    _ body: (ArraySlice<UInt8>, _ startsText: Bool, inout [UInt8]) -> Void
  ) {
    let firstStarts = startsText && pieces.first?.lowerBound == 0
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + bytes.count / 4)
    for index in pieces.indices {
      let start = result.count
      body(bytes[pieces[index]], startsText && pieces[index].lowerBound == 0, &result)
      pieces[index] = start..<result.count
    }
    startsText = firstStarts
    bytes = result
  }
}

package enum PreTokenizers {
  package static let registry = Registry<any PreTokenizer.Type>(
    "pre-tokenizer",
    [
      Split.self,
      ByteLevel.self,
      Metaspace.self,
      Whitespace.self,
      WhitespaceSplit.self,
      Digits.self,
      Punctuation.self,
      BertPreTokenizer.self,
      CharDelimiterSplit.self,
      UnicodeScripts.self,
      FixedLength.self,
      PreTokenizerSequence.self,
    ]
  ) { $0 }

  package static func make(_ part: Part) throws(TareError) -> any PreTokenizer {
    try part.entry(of: registry) { $0.typeName }.init(part)
  }
}
