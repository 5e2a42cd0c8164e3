/// Cuts text where the script changes, as the SentencePiece trainer does.
package struct UnicodeScripts: PreTokenizer {
  package static let typeName = "UnicodeScripts"
  package static let summary = "cuts where the script changes"

  package init(_ part: Part) {}

  /// Spaces belong to every script. The text before the first scalar of a script is left out, as in
  /// the `tokenizers` library.
  package func cut(_ text: inout CutText) {
    text.cutPieces { bytes, piece, result in
      var start: Int?
      var last: Int?
      var position = piece.lowerBound
      while position < piece.upperBound {
        let scalar = UTF8Scalar(bytes, at: position)
        if let script = Self.script(of: scalar.value) {
          if script != last {
            if let start { result.append(start..<position) }
            start = position
          }
          last = script
        }
        position += scalar.width
      }
      if let start { result.append(start..<piece.upperBound) }
    }
  }

  /// Nil for a space. The long mark of Japanese counts as a Japanese letter.
  private static func script(of value: UInt32) -> Int? {
    switch value {
    case 0x20: nil
    case 0x30FC: 0
    default: ScriptRuns.script(of: value)
    }
  }
}
