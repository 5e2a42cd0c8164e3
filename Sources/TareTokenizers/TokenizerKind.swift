/// The tokenizer class that transformers' `AutoTokenizer` makes of a folder
/// (`tokenization_auto.py` of 5.23.0 and 4.57.3).
import TareCore

enum TokenizerKind: Equatable {
  /// tokenizer.json as it stands.
  case general
  case llama, codeLlama, gemma, qwen2, qwen3Point5, gpt2, gptNeoX, cohere, debertaV2
  /// Another class, whose stages are not followed here: the file is taken as it stands.
  case other(String)
  /// None: that version of transformers cannot load the folder.
  case none(String)

  /// What the name of a class, or the model's type, asks for.
  private struct Wish {
    let type: String?
    /// `tokenizer_class` in tokenizer_config.json, and in config.json.
    let named: String?
    let inModel: String?
    /// Whether the model is one whose registered class goes first.
    let isForced: Bool
    /// Whether the folder has code of its own for its tokenizer (`auto_map`).
    let hasCode: Bool

    init(_ folder: TokenizerFolder) {
      let model = folder.modelConfig
      type = model?["model_type"]?.string
      named = folder.config?["tokenizer_class"]?.string
      inModel = model?["tokenizer_class"]?.string
      isForced = [type, model?["model_name"]?.string].contains {
        $0.map(RegisteredClasses.forced.contains) ?? false
      }
      let map = folder.config?["auto_map"]
      hasCode = map?.array != nil || map?["AutoTokenizer"] != nil
    }
  }

  init(_ folder: TokenizerFolder, _ file: TokenizerFile, _ rules: TokenizerRules) {
    let wish = Wish(folder)
    self =
      switch rules {
      case .five: Self.five(wish, file)
      case .four: Self.four(wish)
      }
  }

  private static func five(_ wish: Wish, _ file: TokenizerFile) -> TokenizerKind {
    let registered = wish.type.flatMap { RegisteredClasses.five[$0] }
    if !wish.hasCode, let hub = wish.named ?? wish.inModel {
      let name = withoutFast(hub)
      // Llama 3's file with Llama 2's class: the class gives way.
      if name == "LlamaTokenizer", !wish.isForced, file.mentionsByteLevel { return .general }
      if let registered, withoutFast(registered) != name {
        if registered == "TokenizersBackend" { return .general }
        return ofFive(wish.isForced ? registered : hub)
      }
    }
    return (wish.named ?? wish.inModel ?? registered).map(ofFive) ?? .general
  }

  private static func ofFive(_ name: String) -> TokenizerKind {
    let name = withoutFast(name)
    return known(name)
      ?? (RegisteredClasses.rebuilt.contains(withoutSuffix(name)) ? .other(name) : .general)
  }

  private static func four(_ wish: Wish) -> TokenizerKind {
    if let named = wish.named ?? wish.inModel {
      let name = withoutFast(named)
      guard RegisteredClasses.namesOfFour.contains(withoutSuffix(name)) else {
        return .none("4.57 has no class \(named)")
      }
      return known(name) ?? .general
    }
    guard let type = wish.type, let name = RegisteredClasses.four[type] else {
      return .none("4.57 has no tokenizer class for this model")
    }
    return known(name) ?? .general
  }

  private static func known(_ name: String) -> TokenizerKind? {
    switch name {
    case "LlamaTokenizer": .llama
    case "CodeLlamaTokenizer": .codeLlama
    case "GemmaTokenizer": .gemma
    case "Qwen2Tokenizer": .qwen2
    case "Qwen3_5Tokenizer": .qwen3Point5
    case "GPT2Tokenizer": .gpt2
    case "GPTNeoXTokenizer": .gptNeoX
    case "CohereTokenizer": .cohere
    case "DebertaV2Tokenizer": .debertaV2
    default: nil
    }
  }

  private static func withoutFast(_ name: String) -> String {
    name.hasSuffix("Fast") ? String(name.dropLast(4)) : name
  }

  private static func withoutSuffix(_ name: String) -> String {
    name.hasSuffix("Tokenizer") ? String(name.dropLast("Tokenizer".count)) : name
  }
}

extension TokenizerFile {
  /// Whether any part of the file but the model is of the type `ByteLevel`.
  fileprivate var mentionsByteLevel: Bool {
    ["normalizer", "pre_tokenizer", "post_processor", "decoder"].contains { key in
      parts.value(key).map(Self.mentionsByteLevel) ?? false
    }
  }

  private static func mentionsByteLevel(_ value: JSONValue) -> Bool {
    switch value {
    case .object(let object):
      object["type"] == "ByteLevel" || object.members.contains { mentionsByteLevel($0.value) }
    case .array(let values): values.contains(where: mentionsByteLevel)
    default: false
    }
  }
}
