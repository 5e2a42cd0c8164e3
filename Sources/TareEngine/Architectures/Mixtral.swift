/// Mixtral: Mistral with a mixture of experts in every layer.
package import TareCore

package enum Mixtral: DecoderArchitecture {
  package static let key = "mixtral"
  package static let summary = "Mixtral 8x7B and 8x22B"

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    let config = config.filled([
      "vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 14336,
      "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8,
      "max_position_embeddings": 131_072, "rms_norm_eps": 1e-5,
    ])
    var spec = try DecoderSpec(config, defaultRotaryBase: 1_000_000)
    spec.slideAll(try config.optionalCount("sliding_window"))
    try spec.mix(
      MixtureSpec(
        experts: try config.count("num_local_experts", default: 8),
        chosen: try config.count("num_experts_per_tok", default: 2),
        size: try config.count("intermediate_size"), isNormalised: true))
    return spec
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames {
    var names = TensorNames()
    names.spellings = TensorNames.mixtralSpellings
    return names
  }
}

extension TensorNames {
  /// Released files', and what transformers 5 calls the same.
  static let mixtralSpellings = [
    (".block_sparse_moe.", ".mlp."), (".w1.weight", ".gate_proj.weight"),
    (".w3.weight", ".up_proj.weight"), (".w2.weight", ".down_proj.weight"),
  ].map { (stored: $0.0, own: $0.1) }
}

extension DecoderSpec {
  /// Puts a mixture into the layers for which `isMixed` is true.
  mutating func mix(
    _ mixture: MixtureSpec, where isMixed: (Int) throws(TareError) -> Bool = { _ in true }
  ) throws(TareError) {
    for index in layers.indices where try isMixed(index) {
      layers[index].feedForward = .mixture(mixture)
    }
  }
}
