/// A token a word.
package import TareCore

package struct WordLevel: TokenizerModel {
  package static let key = "wordlevel"
  package static let summary = "a token for each word"
  package static let typeName: String? = "WordLevel"
  package static let ggufNames: [String] = []

  private let tokens: TokenTable
  /// Nil leaves unknown words out, where the library refuses the text.
  private let unknown: Int32?

  package init(_ source: ModelSource, _ tokens: TokenTable) throws(TareError) {
    self.tokens = tokens
    unknown = tokens.id(of: try source.options.string("unk_token"))
  }

  package func encode(
    _ text: [UInt8], _ words: [Range<Int>], _ scratch: inout Scratch, into ids: inout [Int32]
  ) {
    for word in words {
      if let id = tokens.id(of: text.span.extracting(word)) ?? unknown { ids.append(id) }
    }
  }
}
