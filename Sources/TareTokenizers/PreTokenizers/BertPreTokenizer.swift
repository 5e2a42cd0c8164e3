/// BERT's words: white space is left out, punctuation stands alone.
package struct BertPreTokenizer: PreTokenizer {
  package static let typeName = "BertPreTokenizer"
  package static let summary = "BERT's words and punctuation"

  package init(_ part: Part) {}

  package func cut(_ text: inout CutText) {
    text.cutPieces(at: .space, .removed)
    text.cutPieces(at: .punctuation, .isolated)
  }
}
