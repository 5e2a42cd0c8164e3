/// Cuts numbers off what stands beside them.
package import TareCore

package struct Digits: PreTokenizer {
  package static let typeName = "Digits"
  package static let summary = "cuts numbers off, whole or by digit"

  private let behavior: SplitBehavior

  package init(_ part: Part) throws(TareError) {
    behavior = try part.bool("individual_digits") ? .isolated : .contiguous
  }

  package func cut(_ text: inout CutText) { text.cutPieces(at: Self.numbers, behavior) }

  /// Numbers of Unicode 17, of which the patterns' version lacks the ranges.
  private static let numbers = ScalarClass(
    ranges: [0x11DE0...0x11DE9, 0x16FF4...0x16FF6], categories: .number)
}
