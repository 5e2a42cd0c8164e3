/// The tokenizer classes of transformers 5.23 that build stages of their own and take only the
/// vocabulary, the merges, the added tokens and the post-processor from tokenizer.json.
import TareCore

struct TokenizerClass {
  /// Keys of tokenizer.json and of its model, with the class's values.
  var stages = JSONObject()
  var model = JSONObject()
  /// The special tokens that the class has where the configuration names none, by use.
  var specialTokens: [String: String] = [:]
  /// Whether the post-processor is BERT's, made of the class and separator tokens.
  var wrapsInClassTokens = false

  /// Nil if the configuration names no such class.
  init?(_ config: Part, _ file: TokenizerFile) throws(TareError) {
    let name = try config.optionalString("tokenizer_class") ?? ""
    switch name.hasSuffix("Fast") ? String(name.dropLast(4)) : name {
    case "Qwen2Tokenizer": try self.init(qwen2: config)
    case "LlamaTokenizer" where !file.usesByteLevel: try self.init(llama: config)
    case "GemmaTokenizer": try self.init(gemma: config)
    case "DebertaV2Tokenizer": try self.init(debertaV2: config, file)
    default: return nil
    }
  }

  /// Byte-level BPE of composed text, whatever the file says (`tokenization_qwen2.py`).
  private init(qwen2 config: Part) throws(TareError) {
    let pattern = NamedPreTokenizer.gpt4(numbers: #"\p{N}"#)
    let prefix = try config.bool("add_prefix_space", default: false)
    stages = [
      "normalizer": ["type": "NFC"],
      "pre_tokenizer": [
        "type": "Sequence",
        "pretokenizers": [
          ["type": "Split", "pattern": ["Regex": .string(pattern)], "behavior": "Isolated"],
          ["type": "ByteLevel", "add_prefix_space": .bool(prefix), "use_regex": false],
        ],
      ],
      "decoder": ["type": "ByteLevel"],
    ]
    model = [
      "unk_token": .null, "continuing_subword_prefix": .null, "end_of_word_suffix": .null,
      "fuse_unk": false, "byte_fallback": false, "ignore_merges": false,
    ]
    specialTokens = [
      "unk_token": "<|endoftext|>", "eos_token": "<|endoftext|>", "pad_token": "<|endoftext|>",
    ]
  }

  /// SentencePiece's BPE, the text's start alone marked (`tokenization_llama.py`).
  private init(llama config: Part) throws(TareError) {
    let hasPrefix = try config.bool("add_prefix_space", default: true)
    let isLegacy = try config.bool("legacy", default: false)
    let scheme = hasPrefix ? isLegacy ? "always" : "first" : "never"
    stages = [
      "normalizer": .null,
      "pre_tokenizer": [
        "type": "Metaspace", "replacement": "▁", "prepend_scheme": .string(scheme),
        "split": false,
      ],
      "decoder": Self.markDecoder(strips: hasPrefix),
    ]
    model = [
      "unk_token": .null, "fuse_unk": true, "byte_fallback": true, "ignore_merges": false,
    ]
    specialTokens = ["unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>"]
  }

  /// SentencePiece's BPE without a mark at the start (`tokenization_gemma.py`).
  private init(gemma config: Part) throws(TareError) {
    stages = [
      "normalizer": ["type": "Replace", "pattern": ["String": " "], "content": "▁"],
      "pre_tokenizer": [
        "type": "Split", "pattern": ["String": " "], "behavior": "MergedWithPrevious",
      ],
      "decoder": Self.markDecoder(strips: false),
    ]
    model = ["fuse_unk": true, "byte_fallback": true, "ignore_merges": false]
    specialTokens = [
      "unk_token": "<unk>", "bos_token": "<bos>", "eos_token": "<eos>", "pad_token": "<pad>",
      "mask_token": "<mask>",
    ]
    model["unk_token"] = .string(config.name(of: "unk_token") ?? "<unk>")
  }

  /// Unigram on composed text, without the file's compiled rules (`tokenization_deberta_v2.py`).
  private init(debertaV2 config: Part, _ file: TokenizerFile) throws(TareError) {
    let lowercases = try config.bool("do_lower_case", default: false)
    let punctuates = try config.bool("split_by_punct", default: false)
    let scheme = try config.bool("add_prefix_space", default: true) ? "always" : "first"
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
    specialTokens = [
      "bos_token": "[CLS]", "eos_token": "[SEP]", "unk_token": "[UNK]", "sep_token": "[SEP]",
      "pad_token": "[PAD]", "cls_token": "[CLS]", "mask_token": "[MASK]",
    ]
    wrapsInClassTokens = true
    let unknown = config.name(of: "unk_token") ?? "[UNK]"
    let fallback = try config.optionalInt("unk_id") ?? 1
    model = [
      "unk_id": .int(file.place(of: unknown, score: 0) ?? fallback), "byte_fallback": false,
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

extension Part {
  /// The content of a special token, a string or an object.
  fileprivate func name(of use: String) -> String? {
    value(use)?.string ?? value(use)?["content"]?.string
  }
}

extension TokenizerFile {
  /// Whether the pre-tokeniser, or one in its sequence, is `ByteLevel`: then the file is Llama 3's,
  /// and the class `LlamaTokenizer` named by mistake.
  fileprivate var usesByteLevel: Bool {
    ["pre_tokenizer", "decoder"].contains { key in
      guard let part = parts.value(key) else { return false }
      let nested = part["pretokenizers"]?.array ?? part["decoders"]?.array ?? []
      return ([part] + nested).contains { $0["type"] == "ByteLevel" }
    }
  }

  /// The place of a piece with this score.
  fileprivate func place(of piece: String, score: Double) -> Int? {
    let wanted = Array(piece.utf8)
    return scores.indices.first { index in
      scores[index] == score && vocabulary.bytes[vocabulary.range(index)].elementsEqual(wanted)
    }
  }
}
