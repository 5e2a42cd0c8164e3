/// Arcee's AFM: Llama with squared ReLU and no gate.
package import TareCore

package enum Arcee: DecoderArchitecture {
  package static let key = "arcee"
  package static let summary = "Arcee AFM (4.5B)"

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    let config = config.filled([
      "vocab_size": 32000, "hidden_size": 2560, "intermediate_size": 18432,
      "num_hidden_layers": 32, "num_attention_heads": 32, "max_position_embeddings": 4096,
      "rms_norm_eps": 1e-5, "hidden_act": "relu2",
    ])
    var spec = try Llama.spec(config)
    spec.dropGates()
    return spec
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames {
    try Nemotron.names(config)
  }
}
