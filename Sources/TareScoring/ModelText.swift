/// Tokenizer and chat template of a model, from its folder or its GGUF file.
internal import Foundation
internal import TareCore
internal import TareEngine
internal import TareTemplates
internal import TareTokenizers

struct ModelText {
  let opened: OpenedTokenizer
  let layout: TextLayout
  /// That for conversations with tools, where the model has one and no template is chosen.
  let toolLayout: TextLayout?
  let specialTokens: [String: String]
  /// The control tokens that the tokenizer's configuration lists; nil where it leaves them to be found.
  let chosenControlTokens: Set<String>?

  var tokenizer: Tokenizer { opened.tokenizer }

  /// - Parameters:
  ///   - rules: the version of transformers whose tokens a folder's are.
  ///   - readsPairs: whether a model without a template reads prompt and response as a pair, whatever
  ///     its family.
  init(
    _ model: ModelWeights, template choice: String?, _ rules: TokenizerRules,
    readsPairs: Bool = false
  ) throws(TareError) {
    do throws(TareError) {
      if let metadata = model.ggufMetadata {
        let tokenizer = try Tokenizer(Vocabulary(ggufMetadata: metadata))
        opened = OpenedTokenizer(tokenizer)
        specialTokens = Self.specialTokens(tokenizer)
        chosenControlTokens = nil
        let templates = ChatTemplates(GGUFTemplates.sources(metadata))
        layout = try templates.layout(choice, config: model.config, addsBOS: tokenizer.addsBOS)
        toolLayout = try choice == nil ? templates.toolLayout() : nil
      } else {
        let place = model.parts.tokenizer
        let folder =
          place.isEmpty
          ? ModelTextFolder(model.url, base: model.adapter == nil ? nil : model.baseURL)
          : ModelTextFolder(model.url.appending(path: place), base: nil)
        let config = try folder.object("tokenizer_config.json")
        let family = try? Architectures.family(named: model.config)
        opened = try folder.tokenizer(
          config, rules, readsPairs: readsPairs || family?.readsPairs == true)
        specialTokens =
          Self.specialTokens(opened.tokenizer).merging(Self.specialTokens(config ?? [:])) { $1 }
        chosenControlTokens = try Self.controlTokens(config)
        let templates = try ChatTemplates(folder, config: config)
        layout = try templates.layout(
          choice, config: model.config, addsBOS: opened.tokenizer.addsBOS, readsPairs: readsPairs)
        toolLayout = try choice == nil ? templates.toolLayout() : nil
      }
    } catch {
      throw error.inside(model.url.path)
    }
  }

  static func specialTokens(_ tokenizer: Tokenizer) -> [String: String] {
    var tokens: [String: String] = [:]
    let ids = [
      ("bos_token", tokenizer.bosID), ("eos_token", tokenizer.eosID),
      ("pad_token", tokenizer.padID), ("unk_token", tokenizer.unknownID),
    ]
    for (name, id) in ids { tokens[name] = id.flatMap { tokenizer.token($0) } }
    return tokens
  }

  /// Those that tokenizer_config.json names, as strings or as objects with a content; also those of a
  /// model's own that it names in objects of their own.
  private static func specialTokens(_ config: JSONObject) -> [String: String] {
    var tokens: [String: String] = [:]
    for key in ["extra_special_tokens", "model_specific_special_tokens"] {
      for (name, value) in config[key]?.object?.members ?? [] {
        tokens[name] = value.string ?? value["content"]?.string
      }
    }
    for (key, value) in config.members where key.hasSuffix("_token") {
      if let token = value.string ?? value["content"]?.string { tokens[key] = token }
    }
    return tokens
  }

  private static func controlTokens(_ config: JSONObject?) throws(TareError) -> Set<String>? {
    guard let value = config?["chat_control_tokens"], value != .null else { return nil }
    guard let tokens = value.array else {
      throw .badData(
        place: "tokenizer_config.json, 'chat_control_tokens'", found: value.kindName,
        accepted: "an array of strings")
    }
    return Set(tokens.compactMap(\.string))
  }
}

/// A folder's text files; an adapter's folder may leave them to its base model's.
package struct ModelTextFolder {
  private let folders: [URL]

  init(_ folder: URL, base: URL?) { folders = [folder] + (base.map { [$0] } ?? []) }

  func file(_ name: String) -> URL? {
    folders.map { $0.appending(path: name) }.first {
      FileManager.default.fileExists(atPath: $0.path)
    }
  }

  func text(_ name: String) throws(TareError) -> String? {
    guard let file = file(name) else { return nil }
    return try Self.text(file)
  }

  static func text(_ file: URL) throws(TareError) -> String {
    guard let text = String(validating: try MappedFile(file).copy(), as: UTF8.self) else {
      throw .badData(place: file.path, found: "bytes that are not UTF-8", accepted: "UTF-8")
    }
    return text
  }

  /// nil where there is no such file.
  func object(_ name: String) throws(TareError) -> JSONObject? {
    guard let file = file(name) else { return nil }
    do throws(TareError) {
      let value = try JSONValue(parsing: MappedFile(file).copy())
      guard let object = value.object else {
        throw .badData(place: "", found: value.kindName, accepted: "an object")
      }
      return object
    } catch {
      throw error.inside(name)
    }
  }

  /// The entries of a JSON array; nil where there is no such file.
  func array(_ name: String) throws(TareError) -> [JSONValue]? {
    guard let file = file(name) else { return nil }
    do throws(TareError) {
      let value = try JSONValue(parsing: MappedFile(file).copy())
      guard let array = value.array else {
        throw .badData(place: "", found: value.kindName, accepted: "an array")
      }
      return array
    } catch {
      throw error.inside(name)
    }
  }

  /// - Parameter readsPairs: whether its texts are encoded in pairs.
  func tokenizer(
    _ config: JSONObject?, _ rules: TokenizerRules, readsPairs: Bool
  ) throws(TareError) -> OpenedTokenizer {
    if let file = file("tokenizer.json") {
      // An adapter's folder with a tokenizer of its own has no model type, as transformers sees it;
      // a configuration that is damaged is told elsewhere.
      let own = ModelTextFolder(file.deletingLastPathComponent(), base: nil)
      let made = try FolderTokenizer(
        json: MappedFile(file).copy(),
        TokenizerFolder(
          config: config, specialTokensMap: object("special_tokens_map.json"),
          addedTokens: object("added_tokens.json"), modelConfig: try? own.object("config.json"),
          hasSentencePieceModel: own.file("tokenizer.model") != nil))
      var opened = OpenedTokenizer(try made.tokenizer(rules))
      opened.rules = rules
      opened.unfollowedClass = made.unfollowedClass(rules)
      opened.difference = made.difference(from: opened.tokenizer, rules, readsPairs: readsPairs)
      return opened
    }
    // InternLM2's folders have SentencePiece's own file and no other.
    if let file = file("tokenizer.model") {
      return OpenedTokenizer(
        try Tokenizer(
          sentencePiece: MappedFile(file).copy(), config: config,
          specialTokensMap: object("special_tokens_map.json")))
    }
    throw .badData(
      place: "folder", found: "neither tokenizer.json nor tokenizer.model",
      accepted: "either (load the tokenizer in Python and call save_pretrained)")
  }

  /// The files of a folder in this one, by name without extension.
  func templates(in name: String) -> [String: URL] {
    guard let folder = file(name) else { return [:] }
    var found: [String: URL] = [:]
    for file in (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    where file.hasSuffix(".jinja") {
      found[String(file.dropLast(".jinja".count))] = folder.appending(path: file)
    }
    return found
  }
}

/// The chat templates of a model by name.
struct ChatTemplates {
  private(set) var sources: [String: String]

  init(_ sources: [String: String]) { self.sources = sources }

  /// chat_template.jinja and additional_chat_templates/, as transformers takes them; where there is
  /// neither, tokenizer_config.json's `chat_template`, one or several with names; and last
  /// chat_template.json, which is a processor's.
  init(_ folder: ModelTextFolder, config: JSONObject?) throws(TareError) {
    sources = [:]
    switch config?["chat_template"] {
    case .string(let source)?: sources["default"] = source
    case .array(let list)?:
      for entry in list {
        guard let name = entry["name"]?.string, let source = entry["template"]?.string else {
          throw .badData(
            place: "tokenizer_config.json, 'chat_template'", found: entry.text(),
            accepted: "objects with name and template")
        }
        sources[name] = source
      }
    default: break
    }
    var files: [String: String] = [:]
    files["default"] = try folder.text("chat_template.jinja")
    for (name, file) in folder.templates(in: "additional_chat_templates") {
      files[name] = try ModelTextFolder.text(file)
    }
    if !files.isEmpty { sources = files }
    if sources.isEmpty {
      sources["default"] = try folder.object("chat_template.json")?["chat_template"]?.string
    }
  }

  /// The template that is used where a conversation offers tools; nil where the model has none.
  func toolLayout() throws(TareError) -> TextLayout? {
    try sources["tool_use"].map { source throws(TareError) in
      try Self.layout(source, "template 'tool_use'")
    }
  }

  /// The layout of models that were trained without a template: the messages' texts one after the
  /// other, with the end-of-sequence token behind them (TRL 1.16, `RewardTrainer`, for texts that are
  /// no conversations; its tokenizer puts a BOS before them where it adds one).
  private static func plain(addsBOS: Bool) -> String {
    (addsBOS ? "{{ bos_token }}" : "") + """
      {%- for message in messages -%}
        {%- if message.content is string -%}{{ message.content }}
        {%- else -%}{%- for part in message.content -%}{{ part.text }}{%- endfor -%}{%- endif -%}
        {%- if loop.last and not (message.content is string and message.content.endswith(eos_token))
        -%}{{ eos_token }}{%- endif -%}
      {%- endfor -%}
      """
  }

  /// The chosen template: one of the model's by name, `plain`, or one in a file.
  /// - Throws: `TareError.usage` if the choice is neither; `TareError.badData` if there is none and
  ///   the family is not one that reads prompt and response as a pair.
  func layout(
    _ choice: String?, config: ModelConfig, addsBOS: Bool, readsPairs: Bool = false
  ) throws(TareError) -> TextLayout {
    let names = sources.keys.sorted().joined(separator: ", ")
    if let choice {
      if let source = sources[choice] { return try Self.layout(source, "template '\(choice)'") }
      if choice == "plain" { return try Self.layout(Self.plain(addsBOS: addsBOS), "template") }
      let file = URL(filePath: choice)
      guard FileManager.default.fileExists(atPath: file.path) else {
        throw .usage(
          "template: expected a file, plain\(names.isEmpty ? "" : " or one of the model's (\(names))"), "
            + "found '\(choice)'")
      }
      do throws(TareError) {
        return try Self.layout(ModelTextFolder.text(file), "template")
      } catch {
        throw error.inside(choice)
      }
    }
    if let source = sources["default"] { return try Self.layout(source, "chat template") }
    let family = try? Architectures.family(named: config)
    if readsPairs || family?.readsPairs == true { return .pair }
    guard sources.isEmpty else {
      throw .usage("the model has several chat templates: choose one of \(names)")
    }
    throw .badData(
      place: "chat template", found: "none",
      accepted: "chat_template.jinja, chat_template in tokenizer_config.json, or the name of a "
        + "template: a file, or plain, which concatenates the messages and the end-of-sequence "
        + "token, as TRL trains models without a template")
  }

  private static func layout(_ source: String, _ place: String) throws(TareError) -> TextLayout {
    do throws(TareError) {
      return .template(try ChatTemplate(source: source), source: source)
    } catch {
      throw error.inside(place)
    }
  }
}
