/// A GGUF file's metadata and tensors under the keys and names of Hugging Face's checkpoints.
///
/// The names are those of ggml's gguf-py (`constants.py`), the changes to numbers those of
/// llama.cpp's `convert_hf_to_gguf.py`.
internal import TareCore

struct GGUFModel {
  let config: ModelConfig
  let tensors: [String: StoredTensor]

  /// Hugging Face's `model_type` of each `general.architecture`. InternLM2's converter unpacks its
  /// weights, and what is left is a Llama.
  static let modelTypes = [
    "llama": "llama", "qwen2": "qwen2", "qwen3": "qwen3", "qwen3moe": "qwen3_moe",
    "gemma": "gemma", "gemma2": "gemma2", "gemma3": "gemma3_text", "phi3": "phi3",
    "internlm2": "llama", "olmo2": "olmo2",
  ]
  /// Architectures whose queries and keys are stored with rotary pairs in neighbouring rows.
  private static let interleaved: Set<String> = ["llama", "internlm2"]

  /// - Parameter files: the parts of a model, the one with its metadata first.
  init(_ files: [WeightFile]) throws(TareError) {
    let metadata = files.first?.metadata ?? [:]
    let found = metadata["general.architecture"]?.string
    guard let architecture = found, let modelType = Self.modelTypes[architecture] else {
      throw .badData(
        place: "metadata 'general.architecture'", found: found.map { "'\($0)'" } ?? "nothing",
        accepted: Self.modelTypes.keys.sorted().joined(separator: ", "))
    }
    let translated = try GGUFConfig(metadata, architecture: architecture).translated(
      modelType: modelType, hasOutput: files.contains { $0.tensors["output.weight"] != nil },
      rotaryFactors: Self.rotaryFactors(files))
    config = translated
    let heads = try translated.count("num_attention_heads")
    let keyValueHeads = try translated.count("num_key_value_heads", default: heads)
    var tensors: [String: StoredTensor] = [:]
    for file in files {
      for (name, entry) in file.tensors where !Self.factorNames.contains(name) {
        var tensor = StoredTensor(entry: entry, file: file.file)
        if Self.interleaved.contains(architecture) {
          if name.contains(".attn_q.") { tensor.mend = .separateRotaryPairs(heads: heads) }
          if name.contains(".attn_k.") { tensor.mend = .separateRotaryPairs(heads: keyValueHeads) }
        }
        for (name, tensor) in Self.named(name, tensor, modelType) { tensors[name] = tensor }
      }
    }
    self.tensors = tensors
  }

  // MARK: - Names

  private static let outer = [
    "token_embd.weight": "model.embed_tokens.weight", "output_norm.weight": "model.norm.weight",
    "output.weight": "lm_head.weight", "cls.output.weight": "score.weight",
    "cls.output.bias": "score.bias",
  ]
  /// What stands between "blk.N." and ".weight" or ".bias".
  private static let inner = [
    "attn_norm": "input_layernorm", "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj", "attn_qkv": "self_attn.qkv_proj",
    "attn_output": "self_attn.o_proj", "attn_q_norm": "self_attn.q_norm",
    "attn_k_norm": "self_attn.k_norm", "post_attention_norm": "post_attention_layernorm",
    "ffn_norm": "post_attention_layernorm", "post_ffw_norm": "post_feedforward_layernorm",
    "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj",
    "ffn_gate_inp": "mlp.gate", "ffn_gate_exps": "mlp.experts.#.gate_proj",
    "ffn_up_exps": "mlp.experts.#.up_proj", "ffn_down_exps": "mlp.experts.#.down_proj",
  ]

  /// The tensor under its family's name; a tensor of all experts gives one for each.
  private static func named(
    _ name: String, _ tensor: StoredTensor, _ modelType: String
  ) -> [(String, StoredTensor)] {
    if let outer = outer[name] { return [(outer, tensor)] }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4, parts[0] == "blk", var place = inner[String(parts[2])] else {
      return [(name, tensor)]
    }
    // Families with norms on both sides of a block call the one before the feed-forward block so.
    if parts[2] == "ffn_norm", modelType.hasPrefix("gemma"), modelType != "gemma" {
      place = "pre_feedforward_layernorm"
    }
    if parts[2] == "ffn_up", modelType == "phi3" { place = "mlp.gate_up_proj" }
    let full = "model.layers.\(parts[1]).\(place).\(parts[3])"
    guard full.contains("#"), tensor.entry.shape.count == 3 else { return [(full, tensor)] }
    let experts = tensor.entry.shape[0]
    return (0..<experts).map { expert in
      (
        full.replacing("#", with: String(expert)),
        tensor.part(expert, of: experts, shape: Array(tensor.entry.shape[1...]))
      )
    }
  }

  /// The name in the file of a tensor that a family asks for, for messages.
  static func storedName(of name: String) -> String? {
    if let outer = outer.first(where: { $0.value == name }) { return outer.key }
    let parts = name.split(separator: ".")
    guard parts.count > 3, parts[0] == "model", parts[1] == "layers", let ending = parts.last
    else { return nil }
    let place = parts[3..<(parts.count - 1)].map { Int($0) == nil ? String($0) : "#" }
      .joined(separator: ".")
    let known = inner.filter { $0.value == place }.keys.sorted().first
    return known.map { "blk.\(parts[2]).\($0).\(ending)" }
  }

  // MARK: - Rotary factors

  private static let factorNames: Set<String> = [
    "rope_freqs.weight", "rope_factors_long.weight", "rope_factors_short.weight",
  ]

  /// By what each rotary frequency is divided, in short texts and in long ones; nil where the file
  /// has no such tensors.
  private static func rotaryFactors(
    _ files: [WeightFile]
  ) throws(TareError) -> (short: [Float], long: [Float])? {
    func values(_ name: String) throws(TareError) -> [Float]? {
      guard let file = files.first(where: { $0.tensors[name] != nil }),
        let entry = file.tensors[name]
      else { return nil }
      let buffer = FloatBuffer(count: entry.count)
      StoredTensor(entry: entry, file: file.file).read(into: buffer.view)
      return buffer.view.array
    }
    if let all = try values("rope_freqs.weight") { return (all, all) }
    guard let short = try values("rope_factors_short.weight"),
      let long = try values("rope_factors_long.weight")
    else { return nil }
    return (short, long)
  }
}
