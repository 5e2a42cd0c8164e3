/// Cuts text at punctuation.
package import TareCore

package struct Punctuation: PreTokenizer {
  package static let typeName = "Punctuation"
  package static let summary = "cuts at punctuation"

  private let behavior: SplitBehavior

  package init(_ part: Part) throws(TareError) {
    behavior = try SplitBehavior(part, default: .isolated)
  }

  package func cut(_ text: inout CutText) { text.cutPieces(at: .punctuation, behavior) }
}
