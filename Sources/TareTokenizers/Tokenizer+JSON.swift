/// A tokenizer out of a Hugging Face folder: tokenizer.json and the files beside it.
package import TareCore

extension Tokenizer {
  /// As 5.23 makes it of tokenizer.json and tokenizer_config.json, the model's type unknown.
  package init(
    json: [UInt8], config: JSONObject?, specialTokensMap: JSONObject? = nil
  ) throws(TareError) {
    try self.init(
      json: json, TokenizerFolder(config: config, specialTokensMap: specialTokensMap), .five)
  }

  /// - Parameters:
  ///   - json: tokenizer.json. Its truncation and padding are not followed.
  ///   - folder: what beside it decides; see `TokenizerKind` and `TokenizerConfig`.
  ///   - rules: the version of transformers that is followed.
  /// - Throws: `TareError.badData` that names the part which is damaged or not known.
  package init(
    json: [UInt8], _ folder: TokenizerFolder, _ rules: TokenizerRules
  ) throws(TareError) {
    let file = try TokenizerFile(json)
    try self.init(file, TokenizerConfig(folder, file, rules))
  }

  init(_ file: TokenizerFile, _ config: TokenizerConfig) throws(TareError) {
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
    for token in try config.addedTokens(file) {
      stages.added.add(token, table, vocabularySize: size)
    }
    func id(_ use: String) throws(TareError) -> Int32? {
      guard let token = try config.token(use)?.content else { return nil }
      return stages.added.id(of: Array(token.utf8)) ?? table.id(of: token)
    }
    let ids = UseIDs(
      bos: try id("bos_token"), eos: try id("eos_token"), pad: try id("pad_token"),
      unknown: try id("unk_token"))
    switch config.tokenizerClass.ends {
    case .file: break
    case .added(let bos, let eos):
      stages.template = .around(bos: bos ? ids.bos : nil, eos: eos ? ids.eos : nil)
    case .classTokens:
      if let start = try id("cls_token"), let end = try id("sep_token") {
        stages.template = .bert(start: start, end: end)
      }
    }
    try self.init(stages, ids)
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
