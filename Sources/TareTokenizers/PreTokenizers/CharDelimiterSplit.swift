/// Cuts text at one character, which is left out.
package import TareCore

package struct CharDelimiterSplit: PreTokenizer {
  package static let typeName = "CharDelimiterSplit"
  package static let summary = "cuts at one character"

  private let delimiter: ScalarClass

  package init(_ part: Part) throws(TareError) {
    guard let scalar = try part.optionalScalar("delimiter") else {
      throw part.error("delimiter", "nothing", "one character")
    }
    delimiter = ScalarClass(scalar, ignoresCase: false)
  }

  package func cut(_ text: inout CutText) { text.cutPieces(at: delimiter, .removed) }
}
