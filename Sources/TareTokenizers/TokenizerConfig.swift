/// The files beside a tokenizer.json, followed as transformers does.
///
/// Established by experiment (Fixtures/make_folders.py, make_classes.py): in 5.23 `add_bos_token` and
/// `add_eos_token` change nothing where there is a tokenizer.json, whose post-processor alone
/// decides; a special token that the file has keeps the file's flags, unless the class makes the
/// tokenizer anew; one that it lacks is added, even if the model has it.
import TareCore

struct TokenizerConfig {
  private let config: Part
  private let map: Part
  private let moreTokens: Part
  private let rules: TokenizerRules
  let tokenizerClass: TokenizerClass

  static let name = "tokenizer_config.json"

  /// - Parameter file: nil where there is no tokenizer.json; the class is then not followed.
  /// - Throws: `TareError.badData` if a value that the class reads is of another kind.
  init(
    _ folder: TokenizerFolder, _ file: TokenizerFile?, _ rules: TokenizerRules = .five
  ) throws(TareError) {
    config = Part(folder.config ?? JSONObject(), place: Self.name)
    map = Part(folder.specialTokensMap ?? JSONObject(), place: "special_tokens_map.json")
    moreTokens = Part(folder.addedTokens ?? JSONObject(), place: "added_tokens.json")
    self.rules = rules
    // Which unknown token a class reads depends on the map, too.
    let hasMap = folder.config?["added_tokens_decoder"] == nil
    tokenizerClass =
      if let file {
        try TokenizerClass(folder, config, hasMap ? map : nil, file, rules)
      } else { .general }
  }

  /// The uses of special tokens, in the order in which those that are new get their ids.
  private static let uses = [
    "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token",
  ]

  /// Whether added tokens stand in the configuration; the files beside it then count no more.
  private var hasDecoder: Bool { config.object["added_tokens_decoder"] != nil }

  /// Where a key stands that decides: the map goes before the configuration.
  private func source(_ key: String) -> Part {
    !hasDecoder && map.object[key] != nil ? map : config
  }

  /// The token of a use, such as "bos_token": a string, or an object with its content and flags.
  func token(_ use: String) throws(TareError) -> AddedToken? {
    let part = source(use)
    if let value = part.value(use) { return try Self.token(value, "\(part.place), \(use)") }
    // A null takes away what the class says.
    guard part.object[use] == nil, let content = tokenizerClass.specialTokens[use] else {
      return nil
    }
    return AddedToken(content: content, isSpecial: true)
  }

  private static func token(_ value: JSONValue, _ place: String) throws(TareError) -> AddedToken {
    if let content = value.string { return AddedToken(content: content, isSpecial: true) }
    var token = try AddedToken(Part(value, place: place))
    token.isSpecial = true
    return token
  }

  /// Whether BOS and EOS are put around texts where there is no tokenizer.json to say so.
  func addedEnds() throws(TareError) -> (bos: Bool, eos: Bool) {
    (
      try config.bool("add_bos_token", default: false),
      try config.bool("add_eos_token", default: false)
    )
  }

  /// The model's options as the class has them.
  func modelOptions(_ model: Part) -> Part { changed(model, tokenizerClass.model) }

  /// The file's stages as the class has them.
  func stages(_ parts: Part) -> Part { changed(parts, tokenizerClass.stages) }

  private func changed(_ part: Part, _ changes: JSONObject) -> Part {
    var object = part.object
    for (key, value) in changes.members { object[key] = value }
    return Part(object, place: part.place)
  }

  /// The tokens that are found in texts as they stand, in the order in which they are added.
  func addedTokens(_ file: TokenizerFile) throws(TareError) -> [AddedToken] {
    let own = try file.addedTokens()
    let listed =
      hasDecoder ? try decoderTokens() : try listedTokens() + own.map { ($0.id, $0.token) }
    // The last of two with an id is the one.
    let byID = Dictionary(listed, uniquingKeysWith: { $1 }).sorted { $0.key < $1.key }.map(\.value)
    return try withSpecialTokens(tokenizerClass.isRebuilt ? [] : own.map(\.token), byID)
  }

  /// Those of the configuration alone, where the file is SentencePiece's.
  func addedTokens() throws(TareError) -> [AddedToken] {
    let listed = hasDecoder ? try decoderTokens() : []
    return try withSpecialTokens([], listed.sorted { $0.id < $1.id }.map(\.token))
  }

  /// - Parameters:
  ///   - own: those that the tokenizer has already.
  ///   - listed: those of the configuration, whose flags go before what is there.
  private func withSpecialTokens(
    _ own: [AddedToken], _ listed: [AddedToken]
  ) throws(TareError) -> [AddedToken] {
    var named: [AddedToken] = []
    for use in Self.uses { if let token = try token(use) { named.append(token) } }
    let extra = try rules == .five ? ownUses() + extraTokens() : extraTokens() + ownUses()
    let all = named + extra
    // A special token that is there keeps its flags.
    var known = Set((own + listed).map { Array($0.content.utf8) })
    let new = all.filter { known.insert(Array($0.content.utf8)).inserted }
    let again =
      switch tokenizerClass.addedAgain {
      case .none: [AddedToken]()
      case .extra: extra
      case .all: all
      }
    return own + listed + new
      + again.map { AddedToken(content: $0.content, isSpecial: true) }
  }

  /// `added_tokens_decoder`: tokens by id, of which only their order is followed.
  private func decoderTokens() throws(TareError) -> [(id: Int, token: AddedToken)] {
    guard let part = try config.optionalPart("added_tokens_decoder") else { return [] }
    var tokens: [(id: Int, token: AddedToken)] = []
    for (key, value) in part.object.members {
      guard let id = Int(key) else { throw part.error(key, "a name that is not an id", "an id") }
      tokens.append((id, try AddedToken(Part(value, place: "\(part.place).\(key)"))))
    }
    return tokens
  }

  /// added_tokens.json: ids by spelling.
  private func listedTokens() throws(TareError) -> [(Int, AddedToken)] {
    var tokens: [(Int, AddedToken)] = []
    var special: Set<String> = []
    for use in Self.uses { if let token = try token(use) { special.insert(token.content) } }
    for token in try extraTokens() { special.insert(token.content) }
    for (content, value) in moreTokens.object.members {
      guard let id = value.int else {
        throw moreTokens.error(content, value.kindName, "an id")
      }
      let isSpecial = special.contains(content)
      tokens.append(
        (id, AddedToken(content: content, isNormalized: !isSpecial, isSpecial: isSpecial)))
    }
    return tokens
  }

  /// Special tokens of a model's own uses: `extra_special_tokens` as an object, and in 5.23 every
  /// other key that ends in `_token`.
  private func ownUses() throws(TareError) -> [AddedToken] {
    var tokens: [AddedToken] = []
    if rules == .five {
      tokens += tokenizerClass.moreTokens.map { AddedToken(content: $0, isSpecial: true) }
      for part in [config, hasDecoder ? Part(JSONObject(), place: map.place) : map] {
        for (key, value) in part.object.members
        where key.hasSuffix("_token") && !Self.uses.contains(key) {
          guard value.string != nil || value["content"]?.string != nil else { continue }
          tokens.append(try Self.token(value, "\(part.place), \(key)"))
        }
      }
    }
    guard case .object(let object)? = source("extra_special_tokens").value("extra_special_tokens")
    else { return tokens }
    for (key, value) in object.members {
      tokens.append(try Self.token(value, "\(config.place), extra_special_tokens.\(key)"))
    }
    return tokens
  }

  /// `extra_special_tokens` as a list; where there is none, `additional_special_tokens`.
  private func extraTokens() throws(TareError) -> [AddedToken] {
    var tokens: [AddedToken] = []
    var lists: [String] = []
    switch source("extra_special_tokens").value("extra_special_tokens") {
    case .array(let values)? where !values.isEmpty && rules == .five:
      lists = ["extra_special_tokens"]
    case .array?, .object?, nil: lists = ["additional_special_tokens"]
    case let value?:
      throw .badData(
        place: "\(config.place), extra_special_tokens", found: value.kindName,
        accepted: "an array or an object")
    }
    for key in lists {
      let part = source(key)
      guard part.value(key) != nil else { continue }
      for value in try part.array(key) {
        tokens.append(try Self.token(value, "\(part.place), \(key)"))
      }
    }
    // In 4.57 the class puts its own after those of the configuration.
    let own = rules == .four ? tokenizerClass.moreTokens : []
    return tokens + own.map { AddedToken(content: $0, isSpecial: true) }
  }
}

extension TokenizerFile {
  /// The file's own added tokens with their ids; without an id their place counts.
  func addedTokens() throws(TareError) -> [(id: Int, token: AddedToken)] {
    guard parts.value("added_tokens") != nil else { return [] }
    var tokens: [(id: Int, token: AddedToken)] = []
    for (place, part) in try parts.parts("added_tokens").enumerated() {
      tokens.append((try part.optionalInt("id") ?? place, try AddedToken(part)))
    }
    return tokens
  }
}
