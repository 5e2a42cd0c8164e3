/// Cuts text into pieces of equally many scalars.
package import TareCore

package struct FixedLength: PreTokenizer {
  package static let typeName = "FixedLength"
  package static let summary = "pieces of equal length"

  /// Scalars a piece.
  private let length: Int

  package init(_ part: Part) throws(TareError) {
    length = try part.optionalInt("length") ?? 5
    guard length > 0 else { throw part.error("length", "\(length)", "1 or more") }
  }

  package func cut(_ text: inout CutText) {
    text.cutPieces { bytes, piece, result in
      var start = piece.lowerBound
      var taken = 0
      var position = start
      while position < piece.upperBound {
        position += UTF8Scalar(bytes, at: position).width
        taken += 1
        if taken == length {
          result.append(start..<position)
          start = position
          taken = 0
        }
      }
      result.append(start..<piece.upperBound)
    }
  }
}
