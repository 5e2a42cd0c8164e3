/// Cuts text into runs of word scalars and runs of others; white space is left out.
package struct Whitespace: PreTokenizer {
  package static let typeName = "Whitespace"
  package static let summary = "words and punctuation, without white space"

  package init(_ part: Part) {}

  /// The pattern is `\w+|[^\w\s]+` of Rust's `regex` library.
  package func cut(_ text: inout CutText) {
    text.cutPieces { bytes, piece, result in
      var start = piece.lowerBound
      var startKind = 0
      var position = piece.lowerBound
      while position < piece.upperBound {
        let scalar = UTF8Scalar(bytes, at: position)
        let kind =
          ScalarClass.regexWord.contains(scalar.value)
          ? 1 : ScalarClass.space.contains(scalar.value) ? 0 : 2
        if kind != startKind {
          if startKind != 0 { result.append(start..<position) }
          start = position
          startKind = kind
        }
        position += scalar.width
      }
      if startKind != 0 { result.append(start..<piece.upperBound) }
    }
  }
}
