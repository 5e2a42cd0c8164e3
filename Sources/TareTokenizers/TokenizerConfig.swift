/// tokenizer_config.json beside a tokenizer.json, followed as transformers 5.23 does.
///
/// Established by experiment (Fixtures/make_folders.py): `add_bos_token` and `add_eos_token` change
/// nothing where there is a tokenizer.json, whose post-processor alone decides; a special token that
/// the file has keeps the file's flags; one that it lacks is added, even if the model has it.
import TareCore

struct TokenizerConfig {
  private let config: Part
  private let map: Part
  /// What, beside a tokenizer.json, the class named by `tokenizer_class` puts in the place of the file's; nil for the general
  /// class and those not known here, which take the file as it is.
  private let classChanges: TokenizerClass?

  static let name = "tokenizer_config.json"

  /// - Throws: `TareError.badData` if a value that the class reads is of another kind.
  init(_ config: JSONObject?, _ map: JSONObject?, _ file: TokenizerFile?) throws(TareError) {
    self.config = Part(config ?? JSONObject(), place: Self.name)
    self.map = Part(map ?? JSONObject(), place: "special_tokens_map.json")
    classChanges = if let file { try TokenizerClass(self.config, file) } else { nil }
  }

  /// The uses of special tokens, in the order in which those that are new get their ids.
  private static let uses = [
    "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token",
  ]

  /// The token of a use, such as "bos_token": a string, or an object with its content and flags.
  func token(_ use: String) throws(TareError) -> AddedToken? {
    // A null in the configuration takes away what the map or the class says.
    let part = config.object[use] == nil && map.object[use] != nil ? map : config
    if let value = part.value(use) { return try Self.token(value, "\(part.place), \(use)") }
    guard part.object[use] == nil, let content = classChanges?.specialTokens[use] else {
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

  /// Whether the class, whatever the file says, puts `cls_token` and `sep_token` around texts.
  var wrapsInClassTokens: Bool { classChanges?.wrapsInClassTokens ?? false }

  /// Whether BOS and EOS are put around texts where there is no tokenizer.json to say so.
  func addedEnds() throws(TareError) -> (bos: Bool, eos: Bool) {
    (
      try config.bool("add_bos_token", default: false),
      try config.bool("add_eos_token", default: false)
    )
  }

  /// The model's options as the class has them.
  func modelOptions(_ model: Part) -> Part { changed(model, classChanges?.model) }

  /// The file's stages as the class has them.
  func stages(_ parts: Part) -> Part { changed(parts, classChanges?.stages) }

  private func changed(_ part: Part, _ changes: JSONObject?) -> Part {
    var object = part.object
    for (key, value) in changes?.members ?? [] { object[key] = value }
    return Part(object, place: part.place)
  }

  /// The tokens to add to those of the file, in order.
  func addedTokens(beside added: AddedVocabulary) throws(TareError) -> [AddedToken] {
    var tokens = try decoderTokens()
    var known = Set(tokens.map { Array($0.content.utf8) })
    func append(_ token: AddedToken) {
      let spelling = Array(token.content.utf8)
      guard added.id(of: spelling) == nil, known.insert(spelling).inserted else { return }
      tokens.append(token)
    }
    for use in Self.uses { if let token = try token(use) { append(token) } }
    for token in try extraTokens() { append(token) }
    return tokens
  }

  /// `added_tokens_decoder`: tokens by id, of which only their order is followed.
  private func decoderTokens() throws(TareError) -> [AddedToken] {
    guard let part = try config.optionalPart("added_tokens_decoder") else { return [] }
    var tokens: [(id: Int, token: AddedToken)] = []
    for (key, value) in part.object.members {
      guard let id = Int(key) else { throw part.error(key, "a name that is no id", "an id") }
      tokens.append((id, try AddedToken(Part(value, place: "\(part.place).\(key)"))))
    }
    return tokens.sorted { $0.id < $1.id }.map(\.token)
  }

  /// `extra_special_tokens`, a list or an object of uses, then `additional_special_tokens`.
  private func extraTokens() throws(TareError) -> [AddedToken] {
    var tokens: [AddedToken] = []
    for key in ["extra_special_tokens", "additional_special_tokens"] {
      let place = "\(config.place), \(key)"
      switch config.value(key) {
      case nil: break
      case .array(let values):
        for value in values { tokens.append(try Self.token(value, place)) }
      case .object(let object):
        for (_, value) in object.members { tokens.append(try Self.token(value, place)) }
      case let value?:
        throw .badData(place: place, found: value.kindName, accepted: "an array or an object")
      }
    }
    return tokens
  }
}
