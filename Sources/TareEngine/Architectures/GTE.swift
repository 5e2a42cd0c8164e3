/// GTE (arXiv 2407.19669), as transformers has it: BERT with a rotary embedding and gates.
internal import TareCore

package enum GTE: EncoderArchitecture {
  package static let key = "gte"
  package static let summary = "GTE (multilingual) and rerankers made of it"
  package static let defaultPadID: Int32? = 1

  static func spec(_ config: ModelConfig) throws(TareError) -> EncoderSpec {
    let config = config.filled(["vocab_size": 250_048, "max_position_embeddings": 8192])
    var spec = try EncoderSpec(bert: config, positions: .none, types: 1)
    spec.isGated = true
    spec.hasInnerBias = false
    guard spec.hiddenSize % spec.headCount == 0 else { return spec }
    if let found = config["head_dim"], found.int != spec.headDim {
      throw config.error("head_dim", found.text(), "\(spec.headDim), hidden_size over heads")
    }
    let rotary = try RotarySpec(
      config, headDim: spec.headDim, defaultBase: 160_000, context: 8192)
    guard rotary.variant(length: Int(Int32.max)) == 0 else {
      throw config.error(
        "rope_parameters", "a rotary embedding that depends on the text's length",
        "default, linear, llama3, yarn")
    }
    spec.rotaries = [rotary]
    for index in spec.layers.indices { spec.layers[index].rotary = 0 }
    return spec
  }

  static func names(_ config: ModelConfig) throws(TareError) -> EncoderNames {
    var names = EncoderNames(["gte.", "model.gte.", ""])
    names.queryKeyValue = ["attention.qkv_proj"]
    names.attentionOutput = "attention.o_proj"
    names.attentionNorm = "attn_ln"
    names.inner = "mlp.up_gate_proj"
    names.hasUpsFirst = true
    names.outer = "mlp.down_proj"
    names.outerNorm = "mlp_ln"
    return names
  }
}
