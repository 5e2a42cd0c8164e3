/// Byte-pair encoding (Sennrich et al. 2016) over the characters of a word.
///
/// A word begins as its scalars, a token each. As long as two neighbours have a merge, the pair
/// whose merge is best, the leftmost of several, becomes one token. Byte-level vocabularies
/// (Radford et al. 2019) spell bytes as characters before, in `ByteLevel`.
package import TareCore

package struct BPE: TokenizerModel {
  package static let key = "bpe"
  package static let summary = "byte-pair encoding"
  package static let typeName: String? = "BPE"
  package static let ggufNames = ["gpt2"]

  private let tokens: TokenTable
  private let merges: MergeTable
  private let keepsWholeTokens: Bool
  private let symbols: SymbolTable
  private let boundary: WordBoundary?

  /// - Throws: `TareError.badData` if a merge is not two tokens that together spell a third.
  ///
  /// Dropout, which is for training, is ignored.
  package init(_ source: ModelSource, _ tokens: TokenTable) throws(TareError) {
    self.tokens = tokens
    // `ignore_merges`: a word that is a token stays whole even if no merges lead to it.
    keepsWholeTokens = try source.options.bool("ignore_merges", default: false)
    symbols = try SymbolTable(source.options, tokens)
    var merges = MergeTable(count: source.merges.count / 2)
    let prefix = symbols.continuingPrefix.count
    for rank in 0..<source.merges.count / 2 {
      guard let merge = Self.merge(rank, source.merges, tokens, prefix) else {
        let pair = "'\(source.merges.text(2 * rank)) \(source.merges.text(2 * rank + 1))'"
        throw source.options.error(
          "merges[\(rank)]", pair, "two tokens that together spell a third")
      }
      merges.insert(merge.left, merge.right, .init(rank: Int32(rank), id: merge.whole))
    }
    self.merges = merges
    boundary =
      keepsWholeTokens || symbols.hasAffixes ? nil : WordBoundary(source.merges, tokens)
  }

  private static func merge(
    _ rank: Int, _ merges: Spellings, _ tokens: TokenTable, _ prefix: Int
  ) -> (left: Int32, right: Int32, whole: Int32)? {
    let (left, right) = (merges.range(2 * rank), merges.range(2 * rank + 1))
    let bytes = merges.bytes.span
    guard right.count >= prefix, let leftID = tokens.id(of: bytes.extracting(left)),
      let rightID = tokens.id(of: bytes.extracting(right))
    else { return nil }
    let whole =
      prefix == 0
      ? tokens.id(of: bytes.extracting(left.lowerBound..<right.upperBound))
      : tokens.id(of: Array(merges.bytes[left] + merges.bytes[right].dropFirst(prefix)).span)
    return whole.map { (leftID, rightID, $0) }
  }

  /// Merges that another model worked out.
  init(
    _ tokens: TokenTable, _ symbols: SymbolTable, _ merges: MergeTable, _ boundary: WordBoundary?
  ) {
    self.tokens = tokens
    self.symbols = symbols
    self.merges = merges
    self.boundary = boundary
    keepsWholeTokens = false
  }

  package func encode(
    _ text: [UInt8], _ words: [Range<Int>], _ scratch: inout Scratch, into ids: inout [Int32]
  ) {
    let words = boundary?.cut(words, of: text) ?? words
    encodeCached(text, words, &scratch, into: &ids) { word, scratch, ids in
      let bytes = text.span.extracting(word)
      if keepsWholeTokens, let id = tokens.id(of: bytes) { return ids.append(id) }
      scratch.merger.start(count: word.count)
      symbols.append(bytes, to: &scratch.merger)
      scratch.merger.merge { merges.find($0, $1) }
      scratch.merger.appendTokens(to: &ids)
    }
  }
}
