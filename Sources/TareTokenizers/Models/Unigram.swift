/// The unigram language model (Kudo 2018): of all ways to cut a word into pieces, the one whose
/// scores have the largest sum.
package import TareCore

package struct Unigram: TokenizerModel {
  package static let key = "unigram"
  package static let summary = "the most probable pieces"
  package static let typeName: String? = "Unigram"
  package static let ggufNames: [String] = []

  private let trie: ByteTrie
  private let scores: [Double]
  private let unknown: Int32?
  /// The score of one unknown scalar.
  private let unknownScore: Double
  /// The token of each byte, for scalars without a token; empty where there is no byte fallback.
  private let bytes: [Int32?]

  /// How much worse than the worst piece an unknown scalar is (SentencePiece, `unigram_model.cc`).
  private static let unknownPenalty = 10.0

  /// - Throws: `TareError.badData` if there are no pieces, or the unknown token is none of them.
  package init(_ source: ModelSource, _ tokens: TokenTable) throws(TareError) {
    let options = source.options
    scores = source.scores
    guard !scores.isEmpty, scores.count == tokens.count else {
      throw options.error("vocab", "\(scores.count) scores", "a score for each of its tokens")
    }
    let id = try options.optionalInt("unk_id")
    if let id, !scores.indices.contains(id) {
      throw options.error("unk_id", "\(id)", "0 to \(scores.count - 1)")
    }
    unknown = id.map(Int32.init)
    unknownScore = (scores.min() ?? 0) - Self.unknownPenalty
    bytes = try options.bool("byte_fallback", default: false) ? ByteTokens.ids(tokens) : []
    var trie = ByteTrie()
    for id in 0..<Int32(tokens.count) {
      guard source.types.isEmpty || source.types[Int(id)].isMerged else { continue }
      if let spelling = tokens.spelling(id) { trie.insert(spelling, id) }
    }
    self.trie = trie
  }

  /// The best way from a word's start to a place in it.
  private struct Node {
    var score = 0.0
    /// Where its last piece starts; -1 if no way leads here.
    var start = -1
    /// The last piece; -1 for a scalar that is unknown.
    var id: Int32 = -1

    mutating func offer(_ score: Double, _ start: Int, _ id: Int32) {
      guard self.start < 0 || score > self.score else { return }
      self = Node(score: score, start: start, id: id)
    }
  }

  package func encode(
    _ text: [UInt8], _ words: [Range<Int>], _ scratch: inout Scratch, into ids: inout [Int32]
  ) {
    encodeCached(text, words, &scratch, into: &ids) { word, _, ids in
      append(pieces(bestPath(text, word)), of: text, word, to: &ids)
    }
  }

  /// For each place after the word's start, the best way to it (the Viterbi algorithm).
  private func bestPath(_ text: [UInt8], _ word: Range<Int>) -> [Node] {
    var nodes = [Node](repeating: Node(), count: word.count + 1)
    var position = word.lowerBound
    while position < word.upperBound {
      let start = position - word.lowerBound
      let score = nodes[start].score
      let width = UTF8Scalar(text.span, at: position).width
      var hasSingle = false
      var node = ByteTrie.root
      var end = position
      while end < word.upperBound, let next = trie.child(of: node, text[end]) {
        node = next
        end += 1
        guard let id = trie.id(at: node) else { continue }
        nodes[end - word.lowerBound].offer(score + scores[Int(id)], start, id)
        if end - position == width { hasSingle = true }
      }
      if !hasSingle { nodes[start + width].offer(score + unknownScore, start, unknown ?? -1) }
      position += width
    }
    return nodes
  }

  /// The pieces in order, unknown ones that touch as one.
  private func pieces(_ nodes: [Node]) -> [(range: Range<Int>, id: Int32)] {
    var pieces: [(range: Range<Int>, id: Int32)] = []
    var end = nodes.count - 1
    while end > 0 {
      let node = nodes[end]
      let isUnknown = node.id == unknown || node.id < 0
      if isUnknown, let last = pieces.last, last.id == node.id {
        pieces[pieces.count - 1].range = node.start..<last.range.upperBound
      } else {
        pieces.append((node.start..<end, node.id))
      }
      end = node.start
    }
    return pieces.reversed()
  }

  private func append(
    _ pieces: [(range: Range<Int>, id: Int32)], of text: [UInt8], _ word: Range<Int>,
    to ids: inout [Int32]
  ) {
    for (range, id) in pieces {
      guard id == unknown || id < 0 else {
        ids.append(id)
        continue
      }
      let place = word.lowerBound + range.lowerBound..<word.lowerBound + range.upperBound
      // Several unknown scalars, or the unknown token's own spelling, may together be a piece.
      if let match = trie.longest(in: text.span.extracting(place), at: 0), match.end == range.count
      {
        ids.append(match.id)
      } else if !bytes.isEmpty, text[place].allSatisfy({ bytes[Int($0)] != nil }) {
        for byte in text[place] { if let id = bytes[Int(byte)] { ids.append(id) } }
      } else if let unknown {
        ids.append(unknown)
      }
    }
  }
}
