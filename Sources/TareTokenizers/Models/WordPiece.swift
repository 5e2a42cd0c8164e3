/// WordPiece (Wu et al. 2016): from left to right, the longest token that the rest of a word begins
/// with.
package import TareCore

package struct WordPiece: TokenizerModel {
  package static let key = "wordpiece"
  package static let summary = "the longest pieces from the left"
  package static let typeName: String? = "WordPiece"
  package static let ggufNames: [String] = []

  /// The tokens; those within a word begin at the node of the continuing prefix.
  private let trie: ByteTrie
  private let continuing: Int32?
  /// A word of more scalars is unknown.
  private let mostScalars: Int
  /// Nil leaves unknown words out, where the library refuses the text.
  private let unknown: Int32?

  package init(_ source: ModelSource, _ tokens: TokenTable) throws(TareError) {
    mostScalars = try source.options.optionalInt("max_input_chars_per_word") ?? 100
    unknown = tokens.id(of: try source.options.string("unk_token"))
    var trie = ByteTrie()
    for id in 0..<Int32(tokens.count) {
      if let spelling = tokens.spelling(id) { trie.insert(spelling, id) }
    }
    let prefix = try source.options.optionalString("continuing_subword_prefix") ?? "##"
    var node: Int32? = ByteTrie.root
    for byte in prefix.utf8 { node = node.flatMap { trie.child(of: $0, byte) } }
    self.trie = trie
    continuing = node
  }

  package func encode(
    _ text: [UInt8], _ words: [Range<Int>], _ scratch: inout Scratch, into ids: inout [Int32]
  ) {
    encodeCached(text, words, &scratch, into: &ids) { word, _, ids in
      let start = ids.count
      let scalars = text[word].count { $0 & 0xC0 != 0x80 }
      guard scalars <= mostScalars, append(text, word, to: &ids) else {
        ids.removeLast(ids.count - start)
        if let unknown { ids.append(unknown) }
        return
      }
    }
  }

  /// False if a part of the word is no token.
  private func append(_ text: [UInt8], _ word: Range<Int>, to ids: inout [Int32]) -> Bool {
    var position = word.lowerBound
    while position < word.upperBound {
      let root = position == word.lowerBound ? ByteTrie.root : continuing
      guard let root, let match = longest(text, position..<word.upperBound, from: root) else {
        return false
      }
      ids.append(match.id)
      position = match.end
    }
    return true
  }

  private func longest(
    _ text: [UInt8], _ range: Range<Int>, from root: Int32
  ) -> (id: Int32, end: Int)? {
    var node = root
    var found: (id: Int32, end: Int)?
    for position in range {
      guard let next = trie.child(of: node, text[position]) else { break }
      node = next
      if let id = trie.id(at: node) { found = (id, position + 1) }
    }
    return found
  }
}
