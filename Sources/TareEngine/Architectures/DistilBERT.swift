/// DistilBERT (Sanh et al. 2019): BERT of half the layers, without token types.
internal import TareCore

package enum DistilBERT: EncoderArchitecture {
  package static let key = "distilbert"
  package static let summary = "DistilBERT and rerankers made of it"
  package static let defaultPadID: Int32? = 0

  static func spec(_ config: ModelConfig) throws(TareError) -> EncoderSpec {
    let config = config.filled([
      "dim": 768, "n_layers": 6, "n_heads": 12, "hidden_dim": 3072, "activation": "gelu",
    ])
    var spec = try EncoderSpec(
      bert: config.replacing([
        "hidden_size": config["dim"] ?? .null, "num_hidden_layers": config["n_layers"] ?? .null,
        "num_attention_heads": config["n_heads"] ?? .null,
        "intermediate_size": config["hidden_dim"] ?? .null,
        "hidden_act": config["activation"] ?? .null, "layer_norm_eps": 1e-12,
      ]))
    spec.typeCount = 0
    return spec
  }

  static func names(_ config: ModelConfig) throws(TareError) -> EncoderNames {
    var names = EncoderNames(["distilbert.", "model.distilbert.", ""])
    names.layer = "transformer.layer.#."
    names.queryKeyValue = ["attention.q_lin", "attention.k_lin", "attention.v_lin"]
    names.attentionOutput = "attention.out_lin"
    names.attentionNorm = "sa_layer_norm"
    names.inner = "ffn.lin1"
    names.outer = "ffn.lin2"
    names.outerNorm = "output_layer_norm"
    return names
  }
}
