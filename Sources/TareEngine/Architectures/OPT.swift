/// OPT: learned positions from the third row on, layer norms, biases, ReLU without a gate.
package import TareCore

package enum OPT: DecoderArchitecture {
  package static let key = "opt"
  package static let summary = "OPT (125M to 66B, but for 350M)"
  package static let defaultPadID: Int32? = 1
  package static let isTiedByDefault = true

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    let config = config.filled([
      "vocab_size": 50272, "hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12,
      "max_position_embeddings": 2048, "ffn_dim": 3072, "activation_function": "relu",
    ])
    try config.refuse("do_layer_norm_before", unless: true)
    try config.refuse("_remove_final_layer_norm", unless: false)
    try config.refuse("layer_norm_elementwise_affine", unless: true)
    try config.refuse("word_embed_proj_dim", unless: config["hidden_size"] ?? .null)
    var spec = try DecoderSpec(
      gpt2: config.replacing([
        "n_embd": config["hidden_size"] ?? .null, "n_layer": config["num_hidden_layers"] ?? .null,
        "n_head": config["num_attention_heads"] ?? .null, "n_inner": config["ffn_dim"] ?? .null,
        "n_positions": config["max_position_embeddings"] ?? .null,
      ]))
    spec.norm.epsilon = 1e-5
    spec.learnedPositions?.offset = 2
    let hasBias = try config.flag("enable_bias", default: true)
    spec.hasQueryKeyValueBias = hasBias
    spec.hasAttentionOutputBias = hasBias
    spec.hasFeedForwardBias = hasBias
    return spec
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames {
    var names = TensorNames()
    names.prefixes = ["model.decoder.", "decoder.", ""]
    names.positions = "embed_positions"
    names.finalNorm = "final_layer_norm"
    names.attentionOutput = "self_attn.out_proj"
    names.attentionNorm = "self_attn_layer_norm"
    names.feedForwardNorm = "final_layer_norm"
    names.feedForward = .plain(up: "fc1", down: "fc2")
    return names
  }
}
