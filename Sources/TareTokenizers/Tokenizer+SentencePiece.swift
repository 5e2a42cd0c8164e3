/// A tokenizer out of a SentencePiece model, for folders without a tokenizer.json.
package import TareCore

extension Tokenizer {
  /// Control pieces are found in texts as they stand, user-defined ones in normalised texts.
  ///
  /// - Parameters:
  ///   - sentencePiece: tokenizer.model.
  ///   - config: tokenizer_config.json, which here also says, in `add_bos_token` and
  ///     `add_eos_token`, what is put around texts: nothing where it does not.
  /// - Throws: `TareError.badData` that names the part which is damaged or not known.
  package init(
    sentencePiece bytes: [UInt8], config: JSONObject?, specialTokensMap: JSONObject? = nil
  ) throws(TareError) {
    let model = try SentencePieceModel(bytes)
    let table = try TokenTable(model.pieces, place: SentencePieceModel.name)
    let config = try TokenizerConfig(
      TokenizerFolder(config: config, specialTokensMap: specialTokensMap), nil)
    var map: CharacterMap?
    if !model.characterMap.isEmpty { map = try CharacterMap(model.characterMap) }
    var stages = Stages(table: table, model: try Self.model(model, table))
    stages.normalizer = SentencePieceNormalizer(
      map: map, addsPrefix: model.addsPrefix, removesExtraSpaces: model.removesExtraSpaces)
    stages.decoder = DecoderSequence([
      ReplaceDecoder("▁", with: " "), ByteFallbackDecoder(), FuseDecoder(),
      StripDecoder(" ", start: model.addsPrefix ? 1 : 0),
    ])
    for (id, type) in model.types.enumerated() where type.isAdded && type != .unknown {
      let token = AddedToken(
        content: model.pieces.text(id), isNormalized: type == .userDefined,
        isSpecial: type.isSpecial)
      stages.added.add(token, table, vocabularySize: table.count)
    }
    for token in try config.addedTokens()
    where stages.added.id(of: Array(token.content.utf8)) == nil {
      stages.added.add(token, table, vocabularySize: table.count)
    }
    func id(_ use: String, _ own: Int) throws(TareError) -> Int32? {
      if let token = try config.token(use)?.content {
        return stages.added.id(of: Array(token.utf8)) ?? table.id(of: token)
      }
      return (0..<table.count).contains(own) ? Int32(own) : nil
    }
    let ids = UseIDs(
      bos: try id("bos_token", model.bosID), eos: try id("eos_token", model.eosID),
      pad: try id("pad_token", model.padID), unknown: try id("unk_token", model.unknownID))
    let adds = try config.addedEnds()
    stages.template = .around(bos: adds.bos ? ids.bos : nil, eos: adds.eos ? ids.eos : nil)
    try self.init(stages, ids)
  }

  private static func model(
    _ model: SentencePieceModel, _ table: TokenTable
  ) throws(TareError) -> any TokenizerModel {
    guard let unknown = table.token(Int32(clamping: model.unknownID)) else {
      throw .badData(
        place: SentencePieceModel.name, found: "the unknown piece \(model.unknownID)",
        accepted: "0 to \(table.count - 1)")
    }
    let options: JSONObject = [
      "unk_id": .int(model.unknownID), "unk_token": .string(unknown), "fuse_unk": true,
      "byte_fallback": .bool(model.hasByteFallback),
    ]
    let source = ModelSource(
      options: Part(options, place: SentencePieceModel.name), scores: model.scores,
      types: model.types)
    switch model.kind {
    case 1: return try Unigram(source, table)
    case 2: return try ScoredBPE(source, table)
    case let kind:
      throw .badData(
        place: "\(SentencePieceModel.name), model_type", found: "\(kind)",
        accepted: "1 (Unigram), 2 (BPE)")
    }
  }
}
