/// A language model of a few thousand parameters, made in memory: enough to run every step of
/// scoring in milliseconds. Its judgements mean nothing.
package import Foundation

package enum TinyModel {
  package static let hidden = 64
  static let (layers, heads, keyValueHeads, feedForward) = (2, 4, 2, 128)
  static let specials = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
  static let template = """
    {% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] \
    + '<|im_end|>' + '\n' }}{% endfor %}
    """

  /// Spelling of each byte in byte-level vocabularies: printable Latin-1 stands for itself, the
  /// other bytes for U+0100 and on.
  static var byteTokens: [String] {
    var next: UInt32 = 256
    return (0...255).map { (byte: UInt32) in
      let isPlain =
        (33...126).contains(byte) || (161...172).contains(byte) || (174...255).contains(byte)
      defer { if !isPlain { next += 1 } }
      return Unicode.Scalar(isPlain ? byte : next).map { String(Character($0)) } ?? ""
    }
  }

  /// The model as a GGUF file: two Llama layers, a vocabulary of single bytes and one
  /// merge, a chat template.
  package static func gguf(seed: UInt64 = 1) -> Data { Data(builder(seed: seed).file) }

  /// A folder with the model's configuration, tokenizer and chat template, and no weights; of a family
  /// that nobody knows.
  package static func textFolder(in folder: TemporaryFolder) throws -> String {
    let url = folder.url.appending(path: "texts")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    func write(_ name: String, _ object: [String: Any]) throws {
      try JSONSerialization.data(withJSONObject: object).write(to: url.appending(path: name))
    }
    let tokens = specials + byteTokens + ["th"]
    let added = specials.enumerated().map { id, content in
      ["id": id, "content": content, "special": true] as [String: Any]
    }
    try write(
      "tokenizer.json",
      [
        "added_tokens": added,
        "pre_tokenizer": ["type": "ByteLevel", "add_prefix_space": false, "use_regex": true],
        "decoder": ["type": "ByteLevel"],
        "model": [
          "type": "BPE", "merges": ["t h"],
          "vocab": Dictionary(
            uniqueKeysWithValues: tokens.enumerated().map { ($0.element, $0.offset) }),
        ] as [String: Any],
      ])
    try write(
      "tokenizer_config.json",
      [
        "chat_template": template, "bos_token": specials[1], "eos_token": specials[2],
        "pad_token": specials[2], "add_bos_token": false,
      ])
    try write(
      "config.json",
      [
        "model_type": "unheard_of", "architectures": ["UnheardOfForSequenceClassification"],
        "vocab_size": tokens.count, "max_position_embeddings": 512,
      ])
    return url.path
  }

  /// The same file before it is put together, for tests that change something in it.
  package static func builder(seed: UInt64 = 1) -> GGUFBuilder {
    typealias B = GGUFBuilder
    let tokens = specials + byteTokens + ["th"]
    var builder = B()
    func strings(_ values: [String]) -> [UInt8] {
      B.bytes(UInt32(8)) + B.bytes(UInt64(values.count)) + values.flatMap { B.string($0) }
    }
    let types = tokens.indices.flatMap { B.bytes(Int32($0 < specials.count ? 3 : 1)) }
    let headDim = hidden / heads
    builder.pairs = [
      ("general.architecture", 8, B.string("llama")),
      ("llama.block_count", 4, B.bytes(UInt32(layers))),
      ("llama.context_length", 4, B.bytes(UInt32(512))),
      ("llama.embedding_length", 4, B.bytes(UInt32(hidden))),
      ("llama.feed_forward_length", 4, B.bytes(UInt32(feedForward))),
      ("llama.attention.head_count", 4, B.bytes(UInt32(heads))),
      ("llama.attention.head_count_kv", 4, B.bytes(UInt32(keyValueHeads))),
      ("llama.attention.layer_norm_rms_epsilon", 6, B.bytes(Float(1e-5).bitPattern)),
      ("tokenizer.ggml.model", 8, B.string("gpt2")),
      ("tokenizer.ggml.pre", 8, B.string("smollm")),
      ("tokenizer.ggml.tokens", 9, strings(tokens)),
      ("tokenizer.ggml.token_type", 9, B.bytes(UInt32(5)) + B.bytes(UInt64(tokens.count)) + types),
      ("tokenizer.ggml.merges", 9, strings(["t h"])),
      ("tokenizer.ggml.bos_token_id", 4, B.bytes(UInt32(1))),
      ("tokenizer.ggml.eos_token_id", 4, B.bytes(UInt32(2))),
      ("tokenizer.ggml.padding_token_id", 4, B.bytes(UInt32(2))),
      ("tokenizer.ggml.add_bos_token", 7, [0]),
      ("tokenizer.chat_template", 8, B.string(template)),
    ]
    var shapes: [(String, [Int])] = [
      ("token_embd.weight", [tokens.count, hidden]), ("output_norm.weight", [hidden]),
    ]
    for layer in 0..<layers {
      shapes += [
        ("attn_norm.weight", [hidden]), ("ffn_norm.weight", [hidden]),
        ("attn_q.weight", [hidden, hidden]), ("attn_k.weight", [keyValueHeads * headDim, hidden]),
        ("attn_v.weight", [keyValueHeads * headDim, hidden]),
        ("attn_output.weight", [hidden, hidden]), ("ffn_gate.weight", [feedForward, hidden]),
        ("ffn_up.weight", [feedForward, hidden]), ("ffn_down.weight", [hidden, feedForward]),
      ].map { ("blk.\(layer).\($0)", $1) }
    }
    var generator = SplitMix(state: seed)
    builder.data = []
    for (name, shape) in shapes {
      builder.tensors.append(
        (name, shape.reversed().map { UInt64($0) }, 0, UInt64(builder.data.count)))
      for _ in 0..<shape.reduce(1, *) {
        let value = shape.count == 1 ? 1 : Float.random(in: -0.2...0.2, using: &generator)
        builder.data += B.bytes(value.bitPattern)
      }
      builder.data += [UInt8](repeating: 0, count: (32 - builder.data.count % 32) % 32)
    }
    return builder
  }

  /// A linear reward head for it, in safetensors.
  package static func head(seed: UInt64 = 2) -> Data {
    var generator = SplitMix(state: seed)
    var data = Data()
    for _ in 0..<hidden {
      data += GGUFBuilder.bytes(Float.random(in: -1...1, using: &generator).bitPattern)
    }
    let header =
      #"{"score.weight":{"dtype":"F32","shape":[1,\#(hidden)],"data_offsets":[0,\#(4 * hidden)]}}"#
    return Data(GGUFBuilder.bytes(UInt64(header.utf8.count))) + Data(header.utf8) + data
  }
}
