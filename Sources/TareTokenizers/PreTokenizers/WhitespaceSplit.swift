/// Cuts text at white space, which is left out.
package struct WhitespaceSplit: PreTokenizer {
  package static let typeName = "WhitespaceSplit"
  package static let summary = "words between white space"

  package init(_ part: Part) {}

  package func cut(_ text: inout CutText) { text.cutPieces(at: .space, .removed) }
}
