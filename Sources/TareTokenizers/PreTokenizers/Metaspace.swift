/// SentencePiece's words: spaces become a visible character, and each word begins with it.
package import TareCore

package struct Metaspace: PreTokenizer {
  package static let typeName = "Metaspace"
  package static let summary = "SentencePiece's words"

  private let scheme: MetaspaceScheme
  private let splits: Bool
  /// The character in UTF-8.
  private let mark: [UInt8]

  package init(_ part: Part) throws(TareError) {
    mark = try MetaspaceScheme.mark(part)
    scheme = try MetaspaceScheme(part)
    splits = try part.bool("split", default: true)
  }

  package func cut(_ text: inout CutText) {
    let space = UInt8(ascii: " ")
    text.rewritePieces { piece, startsText, result in
      let isMarked = piece.first == space || piece.starts(with: mark)
      if scheme == .always || scheme == .first && startsText, !isMarked {
        result.append(contentsOf: mark)
      }
      for byte in piece {
        if byte == space { result.append(contentsOf: mark) } else { result.append(byte) }
      }
    }
    guard splits else { return }
    text.cutPieces { bytes, piece, result in
      var cutter = Cutter(piece, .mergedWithNext)
      TextPattern.forEachMatch(of: mark, in: bytes, piece) { cutter.match($0, into: &result) }
      cutter.finish(into: &result)
    }
  }
}
