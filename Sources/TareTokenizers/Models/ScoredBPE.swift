/// SentencePiece's byte-pair encoding (Kudo and Richardson 2018), whose merges follow from scores:
/// any two neighbours that together spell a token may become one, the highest score first.
package import TareCore

package struct ScoredBPE: TokenizerModel {
  package static let key = "scored-bpe"
  package static let summary = "byte-pair encoding by scores, SentencePiece's"
  package static let typeName: String? = nil
  package static let ggufNames = ["llama"]

  private let merging: BPE

  /// Options are `byte_fallback`, `unk_token` and `fuse_unk`, as BPE has them. A scalar that is no
  /// token takes no part in merges.
  ///
  /// - Throws: `TareError.badData` if there is not a finite score for each token.
  package init(_ source: ModelSource, _ tokens: TokenTable) throws(TareError) {
    guard source.scores.count == tokens.count else {
      throw source.options.error(
        "scores", "\(source.scores.count) scores of \(tokens.count) tokens", "one for each")
    }
    if let id = source.scores.firstIndex(where: { !$0.isFinite }) {
      throw source.options.error("scores[\(id)]", "\(source.scores[id])", "a finite number")
    }
    // Equal scores have equal ranks: of them the leftmost pair is merged first.
    let order = Set(source.scores).sorted(by: >)
    let ranks = Dictionary(uniqueKeysWithValues: zip(order, Int32(0)...))
    var pairs = Pairs()
    for id in 0..<Int32(tokens.count) {
      guard source.types.isEmpty || source.types[Int(id)].isMerged else { continue }
      pairs.append(id, rank: ranks[source.scores[Int(id)]] ?? 0, tokens)
    }
    var merges = MergeTable(count: pairs.merges.count)
    for (left, right, merge) in pairs.merges { merges.insert(left, right, merge) }
    merging = BPE(
      tokens, try SymbolTable(source.options, tokens), merges,
      WordBoundary(pairs.spellings, tokens))
  }

  /// The ways in which two tokens become a third.
  private struct Pairs {
    var merges: [(left: Int32, right: Int32, merge: MergeTable.Merge)] = []
    var spellings = Spellings()

    mutating func append(_ id: Int32, rank: Int32, _ tokens: TokenTable) {
      guard let token = tokens.spelling(id).map(Array.init), token.count > 1 else { return }
      for middle in 1..<token.count where token[middle] & 0xC0 != 0x80 {
        guard let left = tokens.id(of: token.span.extracting(..<middle)),
          let right = tokens.id(of: token.span.extracting(middle...))
        else { continue }
        merges.append((left, right, .init(rank: rank, id: id)))
        spellings.append { $0.append(contentsOf: token[..<middle]) }
        spellings.append { $0.append(contentsOf: token[middle...]) }
      }
    }
  }

  package func encode(
    _ text: [UInt8], _ words: [Range<Int>], _ scratch: inout Scratch, into ids: inout [Int32]
  ) {
    merging.encode(text, words, &scratch, into: &ids)
  }
}
