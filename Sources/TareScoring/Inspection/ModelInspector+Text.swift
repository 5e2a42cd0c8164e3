/// Tokenizer, template and read rule: how a conversation comes to be read.
internal import Foundation
internal import TareCore
internal import TareEngine
internal import TareTemplates
internal import TareTokenizers

extension ModelInspector {
  /// - Throws: `TareError.usage` for a template that does not exist.
  mutating func describeText(
    _ config: ModelConfig, _ weights: ModelWeights?, _ size: BodySize?, _ head: (any RewardHead)?
  ) throws(TareError) {
    let folder = ModelTextFolder(url, base: weights?.baseURL)
    let tokenizer = tokenizer(folder, weights)
    let named = try? folder.object("tokenizer_config.json").map(ModelText.specialTokens)
    let appendedID = TextModel.appendedID(config, (named ?? nil) ?? [:], tokenizer)
    let rule = describeReadRule(config, tokenizer, head, appendedID)
    if let appendedID {
      result.add(
        "appended_token", Self.token(appendedID, tokenizer), "appended",
        Self.text(appendedID, tokenizer))
    }
    let special = describeTokens(config, tokenizer, isGGUF: weights?.ggufMetadata != nil)
    if let tokenizer, let size, tokenizer.count > size.vocabularySize {
      result.find(
        weights?.ggufMetadata == nil ? .warning : .error,
        "the tokenizer has \(tokenizer.count) tokens, the embedding \(size.vocabularySize): inputs "
          + "with the remaining tokens cannot be scored")
    }
    let layout = try describeLayout(
      folder, config, weights, tokenizer)
    guard layout != nil, tokenizer != nil, size != nil, weights != nil else { return }
    // What scoring itself would open.
    let (url, base, template, tokens) = (url, base, template, self.tokens)
    guard
      let model = result.attempt({ () throws(TareError) in
        try TextModel(url, template: template, base: base, tokens: tokens)
      })
    else { return }
    digest = model.digest
    // Those of the weights are told already; what is raw has its own note.
    for remark in model.remarks() where remark.hasPrefix("the template") {
      result.find(.warning, remark)
    }
    describeSample(model, rule ?? .huggingFace, special)
  }

  /// Tokenizer and template of a folder whose configuration cannot be read.
  mutating func describeTextAlone() {
    let folder = ModelTextFolder(url, base: base)
    guard folder.file("tokenizer.json") != nil else { return }
    _ = tokenizer(folder, nil)
    let found = result.attempt { () throws(TareError) in
      try ChatTemplates(folder, config: folder.object("tokenizer_config.json"))
    }
    let sources = found?.sources ?? [:]
    if let source = sources["default"] {
      let others = sources.keys.filter { $0 != "default" }.sorted()
      describe(template: "default", source, others)
    }
  }

  private mutating func tokenizer(
    _ folder: ModelTextFolder, _ weights: ModelWeights?
  ) -> Tokenizer? {
    let rules = tokens
    let opened = result.attempt { () throws(TareError) in
      if let metadata = weights?.ggufMetadata {
        return OpenedTokenizer(try Tokenizer(Vocabulary(ggufMetadata: metadata)))
      }
      let family = weights.flatMap { try? Architectures.family(named: $0.config) }
      return try folder.tokenizer(
        folder.object("tokenizer_config.json"), rules, readsPairs: family?.readsPairs ?? false)
    }
    let tokenizer = opened?.tokenizer
    for note in opened?.notes ?? [] { result.find(.warning, note) }
    result.add(
      "tokenizer", tokenizer.map { ["tokens": .int($0.count)] } ?? .null, "tokenizer",
      tokenizer.map { "\($0.count) tokens" } ?? "no usable tokenizer")
    return tokenizer
  }

  // MARK: - Read rule

  private mutating func describeReadRule(
    _ config: ModelConfig, _ tokenizer: Tokenizer?, _ head: (any RewardHead)?, _ appendedID: Int32?
  ) -> ReadRule? {
    let needsTokenizer = tokenizer == nil && Self.namesStepToken(config)
    var rule: ReadRule?
    let asked = result.attempt { () throws(TareError) -> ReadRule? in
      guard let head else { return nil }
      return try ReadRule(head.position) { (text) throws(TareError) in
        try tokenizer?.encode(text, addSpecialTokens: false) ?? []
      }
    }
    if let own = asked.flatMap({ $0 }) {
      rule = own
    } else if head is TokenHead {
      rule = .last
    } else if let tokenizer {
      let own = result.attempt { () throws(TareError) in
        try TextModel.readRule(config, tokenizer, appendedID: appendedID)
      }
      rule = own.flatMap { $0 }
    } else if appendedID != nil {
      rule = .last
    }
    let source = needsTokenizer ? "its step token is not known" : Self.source(config, head)
    let name = needsTokenizer ? "step" : (rule ?? .huggingFace).description
    result.add(
      "read_rule", .string(name), "score position", "\(name), \(Self.words(rule)): \(source)")
    result.add("read_rule_source", .string(source))
    if let head, head.outputCount > 1 {
      if rule?.readsSteps == true { return rule }
      if OutputChoice.own(of: head, rule, reranker) != .single { return rule }
      result.find(
        .warning,
        "the head has \(head.outputCount) outputs: choose one with --output-index, or combine them "
          + "with --output-weights")
    }
    return rule
  }

  private static func words(_ rule: ReadRule?) -> String {
    switch rule ?? .huggingFace {
    case .huggingFace: "the last token that is not padding"
    case .last: "the last token"
    case .first: "the first token"
    case .mean: "the mean of all tokens"
    case .late: "every token, then the mean of the outputs"
    case .gated: "the end of the prompt, and the last token that is not padding"
    case .token: "the last such token"
    case .step: "every such token"
    case .turn: "before the label that answers the response"
    case .turns: "before each label that answers a step"
    case .pieces: "the last token of each step"
    }
  }

  private static func namesStepToken(_ config: ModelConfig) -> Bool {
    config["step_token"] != nil || isProcess(config)
  }

  private static func isProcess(_ config: ModelConfig) -> Bool {
    (config["architectures"]?.array ?? []).contains {
      $0.string?.hasSuffix("ForProcessRewardModel") == true
    }
  }

  /// What in the model says the rule.
  private static func source(_ config: ModelConfig, _ head: (any RewardHead)?) -> String {
    if head.flatMap({ ReadRule($0.position) { _ in [] } }) != nil || head is TokenHead {
      return "as the head requires"
    }
    for key in ["reward_token_id", "pooling", "step_tag_id", "step_token_id", "step_token"]
    where config[key] != nil {
      return "from '\(key)' in \(config.source)"
    }
    if isProcess(config) { return "from its class, a process reward model" }
    let others = [
      "Qwen2ForPrmModel", "Qwen2ForCausalRM", "AtheneForSequenceClassification",
      "CustomAutoModelForSequenceClassification",
    ]
    let classes = (config["architectures"]?.array ?? []).compactMap(\.string)
    if let name = classes.first(where: others.contains) { return "from its class, \(name)" }
    return "transformers' default"
  }

  // MARK: - Special tokens

  /// Ids of the tokens that matter to reading.
  struct SpecialIDs {
    var pad: Int32?
    var ends: [Int32]
    var bos: Int32?
  }

  private static func token(_ id: Int32, _ tokenizer: Tokenizer?) -> JSONValue {
    let spelling = tokenizer?.token(id)
    return ["id": .int(Int(id)), "token": spelling.map { .string($0) } ?? .null]
  }

  private static func text(_ id: Int32?, _ tokenizer: Tokenizer?) -> String {
    guard let id else { return "none" }
    return tokenizer?.token(id).map { "\(id) '\($0)'" } ?? "\(id)"
  }

  private mutating func describeTokens(
    _ config: ModelConfig, _ tokenizer: Tokenizer?, isGGUF: Bool
  ) -> SpecialIDs {
    func ids(_ key: String) -> [Int32] {
      let value = config[key]
      return (value?.array ?? value.map { [$0] } ?? []).compactMap(\.int).map {
        Int32(truncatingIfNeeded: $0)
      }
    }
    var special = SpecialIDs(
      pad: isGGUF ? tokenizer?.padID : ids("pad_token_id").first, ends: ids("eos_token_id"),
      bos: tokenizer?.bosID ?? ids("bos_token_id").first)
    if let end = tokenizer?.eosID, !special.ends.contains(end) {
      if !special.ends.isEmpty {
        let ends = special.ends.map { Self.text($0, tokenizer) }.joined(separator: ", ")
        result.find(
          .note,
          "the configuration's end token, \(ends), differs from the tokenizer's, "
            + "\(Self.text(end, tokenizer))")
      }
      special.ends.append(end)
    }
    result.add(
      "pad", special.pad.map { Self.token($0, tokenizer) } ?? .null, "pad",
      Self.text(special.pad, tokenizer))
    result.add(
      "eos", .array(special.ends.map { Self.token($0, tokenizer) }), "eos",
      special.ends.isEmpty
        ? "none" : special.ends.map { Self.text($0, tokenizer) }.joined(separator: ", "))
    result.add(
      "bos", special.bos.map { Self.token($0, tokenizer) } ?? .null, "bos",
      Self.text(special.bos, tokenizer))
    return special
  }

  // MARK: - Template

  /// - Returns: nil if there is no way to turn a conversation into text.
  private mutating func describeLayout(
    _ folder: ModelTextFolder, _ config: ModelConfig, _ weights: ModelWeights?,
    _ tokenizer: Tokenizer?
  ) throws(TareError) -> TextLayout? {
    let isPolar = tokenizer.map { PolarTemplate.isPolar(config, $0) } ?? false
    let template = template ?? (isPolar ? PolarTemplate.name : nil)
    let found = result.attempt { () throws(TareError) in
      if let metadata = weights?.ggufMetadata {
        return ChatTemplates(GGUFTemplates.sources(metadata))
      }
      return try ChatTemplates(folder, config: folder.object("tokenizer_config.json"))
    }
    guard let templates = found else {
      result.add("template", .null, "template", "no usable template")
      return nil
    }
    let name = template ?? "default"
    let others = templates.sources.keys.filter { $0 != name }.sorted()
    do throws(TareError) {
      let layout = try templates.layout(
        template, config: config, addsBOS: tokenizer?.addsBOS ?? false,
        readsPairs: reranker?.source == .crossEncoder)
      guard case .template(_, let source) = layout else {
        result.add("template", .null, "template", "none: prompt and response are read as a pair")
        return layout
      }
      describe(template: name, source, others)
      return layout
    } catch {
      if template != nil, case .usage = error { throw error }
      if let source = templates.sources[name] {
        describe(template: name, source, others)
      } else {
        result.add("template", .null, "template", "none")
      }
      result.add("other_templates", .array(others.map { .string($0) }))
      result.find(.error, error.description)
      return nil
    }
  }

  private mutating func describe(template name: String, _ source: String, _ others: [String]) {
    let lines = source.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let first = Array(lines.prefix(2))
    let usesDate = source.contains("strftime_now")
    result.add(
      "template",
      [
        "name": .string(name), "lines": .int(lines.count),
        "first_lines": .array(first.map { .string($0) }), "uses_date": .bool(usesDate),
        "others": .array(others.map { .string($0) }),
      ], "template",
      "'\(name)', \(lines.count == 1 ? "1 line" : "\(lines.count) lines")"
        + (others.isEmpty ? "" : "; others: \(others.joined(separator: ", "))"))
    for line in first { result.show(line) }
    if usesDate {
      result.find(
        .note, "the template prints the date, so scores depend on it (--date; a run keeps its date)"
      )
    }
  }
}
