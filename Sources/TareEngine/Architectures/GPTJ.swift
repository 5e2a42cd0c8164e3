/// GPT-J: rotary pairs side by side on a part of each head, both blocks after one norm.
package import TareCore

package enum GPTJ: DecoderArchitecture {
  package static let key = "gptj"
  package static let summary = "GPT-J (6B), GPT4All-J"

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    let config = config.filled([
      "n_embd": 4096, "n_layer": 28, "n_head": 16, "n_positions": 2048, "vocab_size": 50400,
      "rotary_dim": 64,
    ])
    var spec = try DecoderSpec(gpt2: config)
    spec.learnedPositions = nil
    spec.rotaries = [RotarySpec(dim: try config.count("rotary_dim"), base: 10_000)]
    for index in spec.layers.indices { spec.layers[index].rotary = 0 }
    spec.hasInterleavedRotary = true
    spec.hasParallelResidual = true
    spec.hasQueryKeyValueBias = false
    spec.hasAttentionOutputBias = false
    spec.attentionScale = 1 / Float(spec.headDim).squareRoot()
    return spec
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames {
    var names = TensorNames.gpt2
    names.attention = .separate(query: "attn.q_proj", key: "attn.k_proj", value: "attn.v_proj")
    names.attentionOutput = "attn.out_proj"
    names.feedForwardNorm = names.attentionNorm
    names.feedForward = .plain(up: "mlp.fc_in", down: "mlp.fc_out")
    return names
  }
}
