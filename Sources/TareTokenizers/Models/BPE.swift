/// Byte-level byte-pair encoding (Sennrich et al. 2016; bytes for characters: Radford et al. 2019).
///
/// A word begins as its bytes, a token each. As long as two neighbours have a merge, the pair whose
/// merge is best, the leftmost of several, becomes one token.
package import TareCore

package struct BPE: TokenizerModel {
  package static let key = "bpe"
  package static let summary = "byte-level byte-pair encoding"
  package static let ggufNames = ["gpt2"]

  private let tokens: TokenTable
  /// The token of each byte; nil where the vocabulary has none.
  private let byteIDs: [Int32?]
  private let merges: [Pair: Merge]
  private let keepsWholeTokens: Bool

  /// Two neighbouring tokens.
  struct Pair: Hashable {
    var left: Int32
    var right: Int32
  }

  /// What a pair becomes, and how good the merge is: 0 is best.
  struct Merge {
    var rank: Int32
    var id: Int32
  }

  /// - Throws: `TareError.badData` if there are no merges, or one is not two tokens that together
  ///   spell a third.
  ///
  /// A byte without a token is no error: SmolLM2's vocabulary lacks 21 bytes, some of which occur.
  /// They are left out of what is encoded, as the `tokenizers` library does.
  package init(
    _ vocabulary: Vocabulary, _ tokens: TokenTable, _ pre: NamedPreTokenizer
  ) throws(TareError) {
    guard !vocabulary.merges.isEmpty else {
      throw .badData(place: "vocabulary", found: "no merges", accepted: "those of the tokens")
    }
    self.tokens = tokens
    byteIDs = ByteAlphabet.scalars.map { tokens.id(of: String($0)) }
    merges = try Self.merges(vocabulary.merges, tokens)
    keepsWholeTokens = pre.keepsWholeTokens
  }

  private static func merges(
    _ lines: [String], _ tokens: TokenTable
  ) throws(TareError) -> [Pair: Merge] {
    var merges: [Pair: Merge] = [:]
    merges.reserveCapacity(lines.count)
    for (rank, line) in lines.enumerated() {
      guard let (pair, id) = pair(line, tokens) else {
        throw .badData(
          place: "vocabulary, merge \(rank)", found: "'\(line)'",
          accepted: "two tokens with a space between, together the spelling of a third")
      }
      // A pair that stands twice keeps its last rank, as in the `tokenizers` library.
      merges[pair] = Merge(rank: Int32(rank), id: id)
    }
    return merges
  }

  /// The pair that a merge joins and the token it becomes; nil if one of them is no token.
  private static func pair(_ line: String, _ tokens: TokenTable) -> (Pair, Int32)? {
    let space = UInt8(ascii: " ")
    var joined = Array(line.utf8)
    guard let middle = joined.firstIndex(of: space) else { return nil }
    joined.remove(at: middle)
    let bytes = joined.span
    guard !joined.contains(space),
      let left = tokens.id(of: bytes.extracting(..<middle)),
      let right = tokens.id(of: bytes.extracting(middle...)),
      let whole = tokens.id(of: bytes)
    else { return nil }
    return (Pair(left: left, right: right), whole)
  }

  package func encode(
    _ text: borrowing Span<UInt8>, _ words: [Range<Int>], into ids: inout [Int32]
  ) {
    var merger = PairMerger()
    var cache = WordCache()
    for word in words {
      let bytes = text.extracting(word)
      let hash = bytes.hash()
      if let earlier = cache.tokens(of: word, hash, in: text) {
        for place in earlier { ids.append(ids[place]) }
      } else {
        let start = ids.count
        encode(bytes, &merger, into: &ids)
        cache.store(word, hash, tokens: start..<ids.count)
      }
    }
  }

  private func encode(
    _ word: borrowing Span<UInt8>, _ merger: inout PairMerger, into ids: inout [Int32]
  ) {
    if keepsWholeTokens, let id = tokens.id(of: ByteAlphabet.token(of: word)) {
      return ids.append(id)
    }
    merger.start(count: word.count)
    for index in word.indices {
      if let id = byteIDs[Int(word[index])] { merger.append(id) }
    }
    merger.merge { merges[Pair(left: $0, right: $1)] }
    merger.appendTokens(to: &ids)
  }

  package func decode(_ id: Int32, into bytes: inout [UInt8]) {
    let token = tokens.tokens[Int(id)]
    bytes.append(contentsOf: ByteAlphabet.bytes(of: token) ?? Array(token.utf8))
  }
}
