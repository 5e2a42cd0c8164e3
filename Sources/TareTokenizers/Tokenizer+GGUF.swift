/// A tokenizer out of a GGUF file's vocabulary.
package import TareCore

extension Tokenizer {
  /// - Throws: `TareError.badData` if the vocabulary's parts do not fit together, or if its model or
  ///   pre-tokeniser is not known.
  package init(_ vocabulary: Vocabulary) throws(TareError) {
    let kind = try TokenizerModels.kind(ggufName: vocabulary.model)
    let table = try Self.table(vocabulary)
    let types = try Self.types(vocabulary.types)
    let ids = UseIDs(
      bos: try table.checked(vocabulary.bosID, "BOS", isNeeded: vocabulary.addsBOS == true),
      eos: try table.checked(vocabulary.eosID, "EOS", isNeeded: vocabulary.addsEOS),
      pad: try table.checked(vocabulary.paddingID, "padding", isNeeded: false),
      unknown: try table.checked(vocabulary.unknownID, "unknown", isNeeded: false))
    let scheme =
      try kind.typeName == nil
      ? GGUFScheme(scored: vocabulary, ids.unknown, table)
      : GGUFScheme(byteLevel: vocabulary)
    let source = ModelSource(
      options: Part(scheme.options, place: "vocabulary"), merges: scheme.merges,
      scores: vocabulary.scores, types: types)
    var stages = Stages(table: table, model: try kind.init(source, table))
    for (id, type) in types.enumerated() where type.isAdded {
      let token = AddedToken(content: vocabulary.tokens[id], isSpecial: type.isSpecial)
      stages.added.add(token, table, vocabularySize: table.count)
    }
    stages.normalizer = scheme.normalizer
    stages.preTokenizer = scheme.preTokenizer
    stages.decoder = scheme.decoder
    stages.keepsAddedTokens = true
    let addsBOS = vocabulary.addsBOS ?? (scheme.addsBOS && ids.bos != nil)
    stages.template = .around(
      bos: addsBOS ? ids.bos : nil, eos: vocabulary.addsEOS ? ids.eos : nil)
    try self.init(stages, ids)
  }

  private static func table(_ vocabulary: Vocabulary) throws(TareError) -> TokenTable {
    guard !vocabulary.tokens.isEmpty else {
      throw .badData(place: "vocabulary", found: "no tokens", accepted: "at least one")
    }
    guard vocabulary.tokens.count == vocabulary.types.count else {
      throw .badData(
        place: "vocabulary",
        found: "\(vocabulary.tokens.count) tokens and \(vocabulary.types.count) token types",
        accepted: "a type for each token")
    }
    let table = try TokenTable(Spellings(vocabulary.tokens), place: "vocabulary")
    if let (id, earlier) = table.firstRepetition() {
      throw .badData(
        place: "vocabulary, token \(id)",
        found: "'\(vocabulary.tokens[Int(id)])', as for token \(earlier)",
        accepted: "unique spellings")
    }
    return table
  }

  private static func types(_ numbers: [Int]) throws(TareError) -> [TokenType] {
    var types: [TokenType] = []
    types.reserveCapacity(numbers.count)
    for (id, number) in numbers.enumerated() {
      guard let type = TokenType(rawValue: number) else {
        let known = TokenType.allCases.map { "\($0.rawValue) \($0)" }.joined(separator: ", ")
        throw .badData(
          place: "vocabulary, token \(id)", found: "the type \(number)", accepted: known)
      }
      types.append(type)
    }
    return types
  }
}

extension TokenTable {
  /// An id that the vocabulary gives to a token of a certain use.
  ///
  /// - Throws: `TareError.badData` if there is no such token, or no id where one is needed.
  func checked(_ id: Int?, _ use: String, isNeeded: Bool) throws(TareError) -> Int32? {
    guard let id else {
      guard !isNeeded else {
        throw .badData(
          place: "vocabulary", found: "a flag to add \(use), but no \(use) token",
          accepted: "the token's id")
      }
      return nil
    }
    guard (0..<count).contains(id) else {
      throw .badData(
        place: "vocabulary, \(use) token", found: "the id \(id)", accepted: "0 to \(count - 1)")
    }
    return Int32(id)
  }
}

extension TokenTemplate {
  /// BOS before each text and EOS after it, if there are any.
  static func around(bos: Int32?, eos: Int32?) -> TokenTemplate {
    func one(_ text: Item, _ typeID: Int32) -> [Item] {
      let before = bos.map { [Item.special(ids: [$0], typeID: typeID)] } ?? []
      let after = eos.map { [Item.special(ids: [$0], typeID: typeID)] } ?? []
      return before + [text] + after
    }
    let single = one(.first(typeID: 0), 0)
    return TokenTemplate(single: single, pair: single + one(.second(typeID: 1), 1))
  }
}
