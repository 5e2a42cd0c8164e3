/// What a tokenizer class of transformers puts in the place of what tokenizer.json says.
import TareCore

struct TokenizerClass {
  let kind: TokenizerKind
  /// The unknown token that the folder names.
  private let unknown: String?
  /// Keys of tokenizer.json and of its model, with the class's values.
  var stages = JSONObject()
  var model = JSONObject()
  /// The special tokens that the class has where the configuration names none, by use.
  var specialTokens: [String: String] = [:]
  /// Special tokens that it has besides, whatever their use.
  var moreTokens: [String] = []
  /// Whether it makes the tokenizer anew of vocabulary and merges: then the added tokens, too, are
  /// those of tokenizer_config.json, where it has them.
  var isRebuilt = false
  /// Which special tokens it adds again in the end, without flags.
  var addedAgain = Again.none
  var ends = Ends.file

  enum Again {
    case none
    /// Those of a model's own uses and those without a use.
    case extra
    case all
  }

  /// What is put around a text.
  enum Ends: Equatable {
    /// What the file's post-processor says.
    case file
    /// BOS and EOS.
    case added(bos: Bool, eos: Bool)
    /// `cls_token` before, `sep_token` after.
    case classTokens
  }

  /// The class that takes the file as it stands.
  static let general = TokenizerClass(kind: .general)

  private init(kind: TokenizerKind) {
    self.kind = kind
    unknown = nil
  }

  init(
    _ folder: TokenizerFolder, _ config: Part, _ map: Part?, _ file: TokenizerFile,
    _ rules: TokenizerRules
  ) throws(TareError) {
    unknown =
      map?.object["unk_token"] == nil
      ? config.name(of: "unk_token") : map?.name(of: "unk_token")
    kind = TokenizerKind(folder, file, rules)
    switch rules {
    case .five: try become(config, file)
    case .four: try becomeOfFour(config, file, folder)
    }
  }

  // MARK: - 5.23

  private mutating func become(_ config: Part, _ file: TokenizerFile) throws(TareError) {
    setSpecialTokens()
    switch kind {
    case .general, .other, .none: return
    case .llama: try becomeLlama(config)
    case .codeLlama: try becomeCodeLlama(config)
    case .gemma: becomeGemma()
    case .qwen2:
      try becomeByteLevel(config, qwen: #"\p{L}+"#, others: #"[^\s\p{L}\p{N}]+"#)
      addedAgain = .all
    case .qwen3Point5:
      try becomeByteLevel(config, qwen: #"[\p{L}\p{M}]+"#, others: #"[^\s\p{L}\p{M}\p{N}]+"#)
    case .gpt2: try becomeByteLevel(config, normalizer: .null)
    case .gptNeoX:
      try becomeByteLevel(config, normalizer: ["type": "NFC"])
      // It asks for its own settings, and the folder's have been dropped before.
      ends = .added(bos: false, eos: false)
    case .cohere:
      try becomeByteLevel(
        config, normalizer: ["type": "NFC"], before: ["type": "Digits", "individual_digits": true])
      addedAgain = .extra
    case .debertaV2: try becomeDebertaV2(config, file)
    }
    isRebuilt = true
  }

  private mutating func setSpecialTokens() {
    let end = "<|endoftext|>"
    switch kind {
    case .general, .other, .none: break
    case .llama, .codeLlama:
      specialTokens = ["unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>"]
    case .gemma:
      specialTokens = [
        "unk_token": "<unk>", "bos_token": "<bos>", "eos_token": "<eos>", "pad_token": "<pad>",
        "mask_token": "<mask>",
      ]
    case .qwen2, .qwen3Point5:
      specialTokens = ["unk_token": end, "eos_token": end, "pad_token": end]
    case .gpt2: specialTokens = ["unk_token": end, "bos_token": end, "eos_token": end]
    case .gptNeoX:
      specialTokens = [
        "unk_token": end, "bos_token": end, "eos_token": end, "pad_token": "<|padding|>",
      ]
    case .cohere:
      specialTokens = [
        "unk_token": "<UNK>", "bos_token": "<BOS_TOKEN>", "eos_token": "<|END_OF_TURN_TOKEN|>",
        "pad_token": "<PAD>", "cls_token": "<CLS>", "sep_token": "<SEP>",
        "mask_token": "<MASK_TOKEN>",
      ]
    case .debertaV2:
      specialTokens = [
        "bos_token": "[CLS]", "eos_token": "[SEP]", "unk_token": "[UNK]", "sep_token": "[SEP]",
        "pad_token": "[PAD]", "cls_token": "[CLS]", "mask_token": "[MASK]",
      ]
    }
  }

  /// Byte-level BPE of composed text (`tokenization_qwen2.py`, `tokenization_qwen3_5.py`).
  ///
  /// - Parameters:
  ///   - letters: what letters are in a word, and what stands between words.
  private mutating func becomeByteLevel(
    _ config: Part, qwen letters: String, others: String
  ) throws(TareError) {
    let pattern =
      #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?"# + letters + #"|\p{N}| ?"# + others
      + #"[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    try becomeByteLevel(
      config, normalizer: ["type": "NFC"],
      before: ["type": "Split", "pattern": ["Regex": .string(pattern)], "behavior": "Isolated"],
      usesPattern: false)
  }

  /// Byte-level BPE (`tokenization_gpt2.py`, `tokenization_gpt_neox.py`, `tokenization_cohere.py`).
  private mutating func becomeByteLevel(
    _ config: Part, normalizer: JSONValue, before: JSONValue? = nil, usesPattern: Bool = true
  ) throws(TareError) {
    let prefix = try config.bool("add_prefix_space", default: false)
    let bytes: JSONValue = [
      "type": "ByteLevel", "add_prefix_space": .bool(prefix), "use_regex": .bool(usesPattern),
    ]
    stages = [
      "normalizer": normalizer,
      "pre_tokenizer": before.map {
        ["type": "Sequence", "pretokenizers": .array([$0, bytes])]
      } ?? bytes,
      "decoder": ["type": "ByteLevel"],
    ]
    setBPE(unknown: nil, fuses: false, hasBytes: false)
  }

  /// SentencePiece's BPE, the text's start alone marked (`tokenization_llama.py`).
  private mutating func becomeLlama(_ config: Part) throws(TareError) {
    let hasPrefix = try config.bool("add_prefix_space", default: true)
    let isLegacy = try config.bool("legacy", default: false)
    let scheme = hasPrefix ? isLegacy ? "always" : "first" : "never"
    stages = Self.marked(scheme, strips: hasPrefix)
    setBPE(unknown: nil, fuses: true, hasBytes: true)
  }

  /// The same with the tokens of its infilling (`tokenization_code_llama.py`).
  private mutating func becomeCodeLlama(_ config: Part) throws(TareError) {
    let hasPrefix = try config.bool("add_prefix_space", default: true)
    stages = Self.marked(hasPrefix ? "first" : "never", strips: true)
    setBPE(unknown: unknown ?? "<unk>", fuses: true, hasBytes: true)
    moreTokens = ["▁<PRE>", "▁<MID>", "▁<SUF>", "▁<EOT>", "<FILL_ME>"]
    // `add_bos_token` is true, whatever the folder says: that has been dropped before.
    ends = .added(bos: true, eos: false)
  }

  /// SentencePiece's BPE without a mark at the start (`tokenization_gemma.py`).
  private mutating func becomeGemma() {
    stages = [
      "normalizer": ["type": "Replace", "pattern": ["String": " "], "content": "▁"],
      "pre_tokenizer": [
        "type": "Split", "pattern": ["String": " "], "behavior": "MergedWithPrevious",
      ],
      "decoder": Self.markDecoder(strips: false),
    ]
    setBPE(unknown: unknown ?? "<unk>", fuses: true, hasBytes: true)
  }

  /// Unigram on composed text, without the file's compiled rules (`tokenization_deberta_v2.py`).
  private mutating func becomeDebertaV2(
    _ config: Part, _ file: TokenizerFile
  ) throws(TareError) {
    let lowercases = try config.bool("do_lower_case", default: false)
    let punctuates = try config.bool("split_by_punct", default: false)
    // Unlike a missing one, a null counts as false here.
    let isNull = config.object["add_prefix_space"] == .null
    let hasPrefix = try config.bool("add_prefix_space", default: !isNull)
    let scheme = hasPrefix ? "always" : "first"
    let marks: JSONValue = [
      "type": "Metaspace", "replacement": "▁", "prepend_scheme": .string(scheme),
    ]
    let normalizers: [JSONValue] = [
      ["type": "Replace", "pattern": ["Regex": #"\s{2,}|[\n\r\t]"#], "content": " "],
      ["type": "NFC"], ["type": "Strip", "strip_left": false, "strip_right": true],
    ]
    stages = [
      "normalizer": [
        "type": "Sequence",
        "normalizers": .array((lowercases ? [["type": "Lowercase"]] : []) + normalizers),
      ],
      "pre_tokenizer": [
        "type": "Sequence",
        "pretokenizers": .array((punctuates ? [["type": "Punctuation"]] : []) + [marks]),
      ],
      "decoder": marks,
    ]
    ends = .classTokens
    let unknown = self.unknown ?? "[UNK]"
    let fallback = try config.optionalInt("unk_id") ?? 1
    model = [
      "type": "Unigram", "unk_id": .int(file.place(of: unknown, score: 0) ?? fallback),
      "byte_fallback": false,
    ]
  }

  /// BPE of the file's vocabulary, and of its merges where it has any.
  private mutating func setBPE(unknown: String?, fuses: Bool, hasBytes: Bool) {
    model = [
      "type": "BPE", "unk_token": unknown.map { .string($0) } ?? .null,
      "continuing_subword_prefix": .null, "end_of_word_suffix": .null, "fuse_unk": .bool(fuses),
      "byte_fallback": .bool(hasBytes), "ignore_merges": false,
    ]
  }

  private static func marked(_ scheme: String, strips: Bool) -> JSONObject {
    [
      "normalizer": .null,
      "pre_tokenizer": [
        "type": "Metaspace", "replacement": "▁", "prepend_scheme": .string(scheme),
        "split": false,
      ],
      "decoder": markDecoder(strips: strips),
    ]
  }

  private static func markDecoder(strips: Bool) -> JSONValue {
    let decoders: [JSONValue] = [
      ["type": "Replace", "pattern": ["String": "▁"], "content": " "], ["type": "ByteFallback"],
      ["type": "Fuse"],
    ]
    let strip: JSONValue = ["type": "Strip", "content": " ", "start": 1, "stop": 0]
    return ["type": "Sequence", "decoders": .array(decoders + (strips ? [strip] : []))]
  }
}

// MARK: - 4.57

extension TokenizerClass {
  /// The file as it stands, but for what is put around texts, a byte-level prefix, and Llama's
  /// `add_prefix_space`, for which the tokenizer is made of tokenizer.model.
  private mutating func becomeOfFour(
    _ config: Part, _ file: TokenizerFile, _ folder: TokenizerFolder
  ) throws(TareError) {
    setSpecialTokens()
    switch kind {
    case .llama, .codeLlama, .gemma, .cohere: try setEnds(config, bos: true)
    case .gptNeoX: try setEnds(config, bos: false)
    case .general, .qwen2, .qwen3Point5, .gpt2, .debertaV2, .other, .none: break
    }
    switch kind {
    case .gemma: specialTokens["mask_token"] = nil
    case .gptNeoX: specialTokens["pad_token"] = nil
    case .cohere:
      for use in ["pad_token", "cls_token", "sep_token", "mask_token"] { specialTokens[use] = nil }
    case .codeLlama: moreTokens = ["▁<PRE>", "▁<MID>", "▁<SUF>", "▁<EOT>"]
    default: break
    }
    if kind == .llama, let prefix = try config.optionalBool("add_prefix_space") {
      guard folder.hasSentencePieceModel else {
        throw .badData(
          place: "\(config.place), add_prefix_space",
          found: "a value, for which transformers 4.57 builds the tokenizer from tokenizer.model",
          accepted: "a folder with tokenizer.model")
      }
      try convert(config, prefix: prefix)
    } else if kind != .llama || config.object["add_prefix_space"] != nil {
      try setBytePrefix(config, file)
    }
  }

  private mutating func setEnds(_ config: Part, bos: Bool) throws(TareError) {
    ends = .added(
      bos: try config.bool("add_bos_token", default: bos),
      eos: try config.bool("add_eos_token", default: false))
  }

  /// As `LlamaConverter` converts a slow tokenizer.
  private mutating func convert(_ config: Part, prefix: Bool) throws(TareError) {
    let isLegacy = try config.bool("legacy", default: true)
    stages = Self.marked(prefix ? "first" : "never", strips: prefix)
    if isLegacy {
      let replace: JSONValue = ["type": "Replace", "pattern": ["String": " "], "content": "▁"]
      let prepend: [JSONValue] = prefix ? [["type": "Prepend", "prepend": "▁"]] : []
      stages["normalizer"] = ["type": "Sequence", "normalizers": .array(prepend + [replace])]
      stages["pre_tokenizer"] = .null
    }
    setBPE(unknown: "<unk>", fuses: true, hasBytes: true)
  }

  /// A byte-level pre-tokeniser that is not one of several has the configuration's prefix.
  private mutating func setBytePrefix(_ config: Part, _ file: TokenizerFile) throws(TareError) {
    let isNull = config.object["add_prefix_space"] == .null
    guard !isNull, var part = file.parts.value("pre_tokenizer")?.object else { return }
    let prefix = try config.bool("add_prefix_space", default: false)
    if part["type"] == "ByteLevel" {
      part["add_prefix_space"] = .bool(prefix)
      stages["pre_tokenizer"] = .object(part)
    } else if kind == .cohere, prefix, var list = part["pretokenizers"]?.array {
      for index in list.indices where list[index]["type"] == "ByteLevel" {
        guard var bytes = list[index].object else { continue }
        bytes["add_prefix_space"] = true
        list[index] = .object(bytes)
      }
      part["pretokenizers"] = .array(list)
      stages["pre_tokenizer"] = .object(part)
    }
  }
}

extension Part {
  /// The content of a special token, a string or an object.
  fileprivate func name(of use: String) -> String? {
    value(use)?.string ?? value(use)?["content"]?.string
  }
}

extension TokenizerFile {
  /// The place of a piece with this score.
  fileprivate func place(of piece: String, score: Double) -> Int? {
    let wanted = Array(piece.utf8)
    return scores.indices.first { index in
      scores[index] == score && vocabulary.bytes[vocabulary.range(index)].elementsEqual(wanted)
    }
  }
}
