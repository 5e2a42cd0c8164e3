/// Pre-tokenisers one after the other, each on the pieces that the ones before it left.
package import TareCore

package struct PreTokenizerSequence: PreTokenizer {
  package static let typeName = "Sequence"
  package static let summary = "pre-tokenizers one after the other"

  private let preTokenizers: [any PreTokenizer]

  package init(_ part: Part) throws(TareError) {
    var parts: [any PreTokenizer] = []
    for part in try part.parts("pretokenizers") { parts.append(try PreTokenizers.make(part)) }
    preTokenizers = parts
  }

  init(_ preTokenizers: [any PreTokenizer]) { self.preTokenizers = preTokenizers }

  package func cut(_ text: inout CutText) throws(TareError) {
    for preTokenizer in preTokenizers { try preTokenizer.cut(&text) }
  }
}
