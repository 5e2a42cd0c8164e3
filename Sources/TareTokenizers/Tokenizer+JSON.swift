/// A tokenizer out of a Hugging Face folder: tokenizer.json and tokenizer_config.json.
package import TareCore

extension Tokenizer {
  /// - Parameters:
  ///   - json: tokenizer.json. Its truncation and padding are not followed.
  ///   - config: tokenizer_config.json, which names the special tokens and the tokenizer's class; see
  ///     `TokenizerConfig`.
  ///   - specialTokensMap: special_tokens_map.json, for what the configuration does not name.
  /// - Throws: `TareError.badData` that names the part which is damaged or not known.
  package init(
    json: [UInt8], config: JSONObject?, specialTokensMap: JSONObject? = nil
  ) throws(TareError) {
    let file = try TokenizerFile(json)
    let config = try TokenizerConfig(config, specialTokensMap, file)
    let table = try TokenTable(
      file.vocabulary, ids: file.ids, place: "\(file.model.place).vocab")
    let source = ModelSource(
      options: config.modelOptions(file.model), merges: file.merges, scores: file.scores)
    var stages = Stages(table: table, model: try TokenizerModels.make(source, table))
    let parts = config.stages(file.parts)
    if let part = try parts.stage("normalizer") { stages.normalizer = try Normalizers.make(part) }
    if let part = try parts.stage("pre_tokenizer") {
      stages.preTokenizer = try PreTokenizers.make(part)
    }
    if let part = try parts.stage("decoder") { stages.decoder = try TokenDecoders.make(part) }
    if let part = try parts.stage("post_processor") {
      stages.template = try PostProcessors.make(part).template ?? .plain
    }
    let size = file.vocabulary.count
    if file.parts.value("added_tokens") != nil {
      for part in try file.parts.parts("added_tokens") {
        stages.added.add(try AddedToken(part), table, vocabularySize: size)
      }
    }
    for token in try config.addedTokens(beside: stages.added) {
      stages.added.add(token, table, vocabularySize: size)
    }
    func id(_ use: String) throws(TareError) -> Int32? {
      guard let token = try config.token(use)?.content else { return nil }
      return stages.added.id(of: Array(token.utf8)) ?? table.id(of: token)
    }
    let ids = UseIDs(
      bos: try id("bos_token"), eos: try id("eos_token"), pad: try id("pad_token"),
      unknown: try id("unk_token"))
    if config.wrapsInClassTokens, let start = try id("cls_token"), let end = try id("sep_token") {
      stages.template = .bert(start: start, end: end)
    }
    self.init(stages, ids)
  }
}

extension Part {
  /// A stage of the file, "tokenizer.json, normalizer"; nil where there is none.
  fileprivate func stage(_ key: String) throws(TareError) -> Part? {
    guard let value = value(key) else { return nil }
    return try Part(value, place: "\(place), \(key)")
  }
}

extension AddedToken {
  /// An element of `added_tokens`.
  init(_ part: Part) throws(TareError) {
    content = try part.string("content")
    isSpecial = try part.bool("special", default: false)
    singleWord = try part.bool("single_word", default: false)
    stripsLeft = try part.bool("lstrip", default: false)
    stripsRight = try part.bool("rstrip", default: false)
    isNormalized = try part.bool("normalized", default: !isSpecial)
  }
}
