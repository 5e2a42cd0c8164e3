/// InternLM2: Llama with names of its own, and queries, keys and values packed by key-value head.
package import TareCore

package enum InternLM2: DecoderArchitecture {
  package static let key = "internlm2"
  package static let summary = "InternLM2 and InternLM2.5"

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    var spec = try DecoderSpec(config)
    let hasBias = try config.flag("bias")
    spec.hasQueryKeyValueBias = hasBias
    spec.hasAttentionOutputBias = hasBias
    return spec
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames {
    var names = TensorNames()
    names.embedding = "tok_embeddings"
    names.output = "output"
    names.attention = .grouped("attention.wqkv")
    names.attentionOutput = "attention.wo"
    names.attentionNorm = "attention_norm"
    names.feedForwardNorm = "ffn_norm"
    names.feedForward = .gated(
      gate: "feed_forward.w1", up: "feed_forward.w3", down: "feed_forward.w2")
    return names
  }
}
