/// Text to token ids and back.
///
/// The stages of `encode`, in order: added tokens are found in the text; what is between them is
/// normalised and cut into words by the pre-tokeniser; the model turns words into tokens; the
/// post-processor's special tokens are put around the whole.
package import TareCore

package struct Tokenizer: Sendable {
  let stages: Stages
  /// Added tokens that are looked for in the text as it is, and in the normalised text.
  private let plainTokens: AddedTokens
  private let normalizedTokens: AddedTokens

  package let bosID: Int32?
  package let eosID: Int32?
  package let padID: Int32?
  package let unknownID: Int32?

  /// What a tokenizer is made of.
  struct Stages: Sendable {
    var table: TokenTable
    var added = AddedVocabulary()
    var normalizer: (any TextNormalizer)?
    var preTokenizer: (any PreTokenizer)?
    var model: any TokenizerModel
    var template = TokenTemplate.plain
    var decoder: (any TokenDecoder)?
    /// Whether added tokens are decoded to what they are, without the decoder.
    var keepsAddedTokens = false
  }

  /// The ids of the tokens that have a use.
  struct UseIDs {
    var bos: Int32?
    var eos: Int32?
    var pad: Int32?
    var unknown: Int32?
  }

  init(_ stages: Stages, _ ids: UseIDs) throws(TareError) {
    self.stages = stages
    plainTokens = try stages.added.matcher(isNormalized: false, stages.normalizer)
    normalizedTokens = try stages.added.matcher(isNormalized: true, stages.normalizer)
    bosID = ids.bos
    eosID = ids.eos
    padID = ids.pad
    unknownID = ids.unknown
    let highest = stages.added.tokens.keys.max().map { Int($0) + 1 } ?? 0
    count = max(stages.table.count, highest)
  }

  // MARK: - Tokens

  /// One more than the highest id. Not every id below it need have a token.
  package let count: Int

  /// The token's spelling in the vocabulary; nil if there is no such id.
  package func token(_ id: Int32) -> String? {
    stages.added.tokens[id]?.content ?? stages.table.token(id)
  }

  /// The id of the token that the vocabulary spells so.
  package func id(of token: String) -> Int32? {
    stages.added.id(of: Array(token.utf8)) ?? stages.table.id(of: token)
  }

  /// The added tokens, which are found in texts as they stand, by id; and whether each is special.
  package var addedTokens: [(content: String, isSpecial: Bool)] {
    stages.added.tokens.sorted { $0.key < $1.key }.map { ($0.value.content, $0.value.isSpecial) }
  }

  /// What the post-processor puts around a single text.
  package func specialTokens() -> (before: [Int32], after: [Int32]) { stages.template.around }

  /// Whether `encode` with `addSpecialTokens` begins with BOS, ends with EOS.
  package var addsBOS: Bool { bosID != nil && specialTokens().before.first == bosID }
  package var addsEOS: Bool { eosID != nil && specialTokens().after.last == eosID }

  // MARK: - Text to tokens

  /// - Parameter addSpecialTokens: whether the post-processor's tokens are put around the text.
  ///   Such tokens within the text are found in either case.
  /// - Throws: `TareError.badData` when a pattern takes too many steps for the text.
  package func encode(_ text: String, addSpecialTokens: Bool) throws(TareError) -> [Int32] {
    var ids: [Int32] = []
    let (before, after) = addSpecialTokens ? specialTokens() : ([], [])
    ids.append(contentsOf: before)
    try append(text, to: &ids)
    ids.append(contentsOf: after)
    return ids
  }

  /// The tokens of plain text: added tokens that it spells, special or not, are not found.
  package func encode(plain text: String) throws(TareError) -> [Int32] {
    var ids: [Int32] = []
    var scratch = Scratch()
    var normalized = NormalizedText(bytes: Array(text.utf8), startsText: true)
    try stages.normalizer?.normalize(&normalized)
    var cut = CutText(normalized.bytes, startsText: true, patterns: normalized.patterns)
    try stages.preTokenizer?.cut(&cut)
    stages.model.encode(cut.bytes, cut.pieces, &scratch, into: &ids)
    return ids
  }

  /// Two texts with the post-processor's tokens around and between them, and for each token the
  /// number that says which text it belongs to.
  ///
  /// - Parameter limit: the most tokens that there may be; the longer text gives up its end first, as
  ///   in the library's `longest_first`.
  package func encode(
    _ first: String, pair second: String, limit: Int = .max
  ) throws(TareError) -> (ids: [Int32], typeIDs: [Int32]) {
    var parts: (first: [Int32], second: [Int32]) = ([], [])
    try append(first, to: &parts.first)
    try append(second, to: &parts.second)
    let room = max(limit - specialsOfPair, 0)
    if parts.first.count + parts.second.count > room {
      let shorter = min(parts.first.count, parts.second.count, room / 2)
      let longer = room - shorter
      let isFirstShorter = parts.first.count <= parts.second.count
      parts.first = Array(parts.first.prefix(isFirstShorter ? shorter : longer))
      parts.second = Array(parts.second.prefix(isFirstShorter ? longer : shorter))
    }
    return joined(parts.first, parts.second)
  }

  /// Two texts of which the second alone gives up tokens, its first or its last ones.
  /// - Returns: nil if none of it would be left.
  package func encode(
    _ first: String, pair second: String, limit: Int, cuttingStart: Bool
  ) throws(TareError) -> (ids: [Int32], typeIDs: [Int32])? {
    var parts: (first: [Int32], second: [Int32]) = ([], [])
    try append(first, to: &parts.first)
    try append(second, to: &parts.second)
    let room = limit - specialsOfPair - parts.first.count
    guard room > 0 else { return nil }
    parts.second = Array(
      cuttingStart ? parts.second.suffix(room) : parts.second.prefix(room))
    return joined(parts.first, parts.second)
  }

  private var specialsOfPair: Int {
    stages.template.pair.reduce(0) { total, item in
      if case .special(let special, _) = item { total + special.count } else { total }
    }
  }

  private func joined(_ first: [Int32], _ second: [Int32]) -> (ids: [Int32], typeIDs: [Int32]) {
    var ids: [Int32] = []
    var typeIDs: [Int32] = []
    for item in stages.template.pair {
      let typeID: Int32
      switch item {
      case .special(let special, let type):
        ids.append(contentsOf: special)
        typeID = type
      case .first(let type):
        ids.append(contentsOf: first)
        typeID = type
      case .second(let type):
        ids.append(contentsOf: second)
        typeID = type
      }
      typeIDs.append(contentsOf: repeatElement(typeID, count: ids.count - typeIDs.count))
    }
    return (ids, typeIDs)
  }

  private func append(_ text: String, to ids: inout [Int32]) throws(TareError) {
    let bytes = Array(text.utf8)
    var scratch = Scratch()
    var budget = PatternBudget(bytes: bytes.count)
    try plainTokens.forEachPart(of: bytes.span) { part, id throws(TareError) in
      if let id { return ids.append(id) }
      var text = NormalizedText(
        bytes: Array(bytes[part]), startsText: part.lowerBound == 0, patterns: budget)
      try stages.normalizer?.normalize(&text)
      budget = try append(text, &scratch, to: &ids)
    }
  }

  /// - Returns: what is left of the text's budget for patterns.
  private func append(
    _ text: NormalizedText, _ scratch: inout Scratch, to ids: inout [Int32]
  ) throws(TareError) -> PatternBudget {
    var budget = text.patterns
    try normalizedTokens.forEachPart(of: text.bytes.span) { part, id throws(TareError) in
      if let id { return ids.append(id) }
      let isWhole = part.count == text.bytes.count
      var cut = CutText(
        isWhole ? text.bytes : Array(text.bytes[part]),
        startsText: text.startsText && part.lowerBound == 0, patterns: budget)
      try stages.preTokenizer?.cut(&cut)
      budget = cut.patterns
      stages.model.encode(cut.bytes, cut.pieces, &scratch, into: &ids)
    }
    return budget
  }

  // MARK: - Tokens to text

  /// The text of the tokens. Bytes that are not UTF-8 become U+FFFD. Without a decoder the tokens
  /// stand with spaces between them.
  ///
  /// - Parameter skipSpecialTokens: whether control tokens are left out.
  /// - Throws: `TareError.badData` if an id is not one of the vocabulary.
  package func decode(_ ids: [Int32], skipSpecialTokens: Bool) throws(TareError) -> String {
    var text: [UInt8] = []
    var run: [[UInt8]] = []
    for (place, id) in ids.enumerated() {
      let added = stages.added.tokens[id]
      guard let token = try spelling(id, added) else {
        throw .badData(
          place: "token \(place)", found: "the id \(id)",
          accepted: "the id of a token, 0 to \(count - 1)")
      }
      if skipSpecialTokens, added?.isSpecial == true { continue }
      if stages.keepsAddedTokens, added != nil {
        text.append(contentsOf: try decoded(run) + token)
        run = []
      } else {
        run.append(token)
      }
    }
    return String(decoding: text + (try decoded(run)), as: UTF8.self)
  }

  /// The bytes of a token. An added token that is looked for in normalised text is decoded to its
  /// normalised content, as in the `tokenizers` library.
  private func spelling(_ id: Int32, _ added: AddedToken?) throws(TareError) -> [UInt8]? {
    guard let added else { return stages.table.spelling(id).map(Array.init) }
    var text = NormalizedText(bytes: Array(added.content.utf8), startsText: false)
    if added.isNormalized { try stages.normalizer?.normalize(&text) }
    return text.bytes
  }

  private func decoded(_ tokens: [[UInt8]]) throws(TareError) -> [UInt8] {
    guard !tokens.isEmpty else { return [] }
    guard let decoder = stages.decoder else { return Array(tokens.joined(separator: [0x20])) }
    return Array(try decoder.decode(tokens).joined())
  }
}
