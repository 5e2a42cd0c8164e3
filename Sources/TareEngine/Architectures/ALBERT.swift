/// ALBERT (Lan et al. 2019): BERT whose layers share their weights, with smaller embeddings.
internal import TareCore

package enum ALBERT: EncoderArchitecture {
  package static let key = "albert"
  package static let summary = "ALBERT and rerankers made of it"
  package static let defaultPadID: Int32? = 0

  static func spec(_ config: ModelConfig) throws(TareError) -> EncoderSpec {
    let config = config.filled([
      "vocab_size": 30000, "hidden_size": 4096, "num_attention_heads": 64,
      "intermediate_size": 16384, "hidden_act": "gelu_new",
    ])
    var spec = try EncoderSpec(bert: config)
    spec.embeddingSize = try config.count("embedding_size", default: 128)
    spec.hasProjection = true
    // Each layer of the configuration runs a whole group.
    spec.layers = Array(
      repeating: EncoderSpec.Layer(), count: try places(config).count)
    return spec
  }

  /// Where the layers that run one after another stand.
  private static func places(_ config: ModelConfig) throws(TareError) -> [String] {
    let count = try config.count("num_hidden_layers", default: 12)
    let groups = try config.count("num_hidden_groups", default: 1)
    let inner = try config.count("inner_group_num", default: 1)
    guard groups <= count, inner <= 64, count <= 1024 else {
      throw config.error(
        "num_hidden_groups", "\(groups) groups of \(inner) layers for \(count)",
        "at most as many groups as layers, of at most 64")
    }
    return (0..<count).flatMap { index in
      // As transformers divides, in float64.
      let group = Int(Double(index) / (Double(count) / Double(groups)))
      return (0..<inner).map {
        "encoder.albert_layer_groups.\(min(group, groups - 1)).albert_layers.\($0)."
      }
    }
  }

  static func names(_ config: ModelConfig) throws(TareError) -> EncoderNames {
    var names = EncoderNames(["albert.", "model.albert.", ""])
    names.layers = try places(config)
    names.projection = "encoder.embedding_hidden_mapping_in"
    names.queryKeyValue = ["attention.query", "attention.key", "attention.value"]
    names.attentionOutput = "attention.dense"
    names.attentionNorm = "attention.LayerNorm"
    names.inner = "ffn"
    names.outer = "ffn_output"
    names.outerNorm = "full_layer_layer_norm"
    return names
  }
}
