/// An encoder's classifier: a layer and its activation on the first token's state, then another layer.
internal import CKernels
package import TareCore

package struct PooledHead: RewardHead {
  package static let key = "pooled"
  package static let summary = "an encoder's pooler.dense (or the like) and classifier"

  package let tensors: [String]
  package let position: HeadPosition
  private let pooler: HeadLayer
  private let activation: Activation
  /// Of the pooled vector; nil for none.
  private let norm: Norm?
  private let classifier: HeadLayer

  /// A layer norm.
  private struct Norm: Sendable {
    let weight: [Float]
    let bias: [Float]
    let epsilon: Float
  }

  /// The layers by the names that a family has for them, and the activation between.
  private struct Kind {
    let pooler: String
    let classifier: String
    let activation: Activation
    var norm: String?
  }

  private static func kinds(_ config: ModelConfig?) throws(TareError) -> [Kind] {
    let type = config?["model_type"]
    // DeBERTa's own; BERT's is always tanh, ELECTRA's always gelu.
    let chosen =
      try config?.choice("pooler_hidden_act", Activation.names, default: .gelu) ?? .gelu
    let modern =
      try config?.choice("classifier_activation", Activation.names, default: .gelu) ?? .gelu
    return [
      Kind(pooler: "pooler.dense", classifier: "classifier", activation: chosen),
      Kind(pooler: "bert.pooler.dense", classifier: "classifier", activation: .tanh),
      Kind(pooler: "ernie.pooler.dense", classifier: "classifier", activation: .tanh),
      Kind(pooler: "gte.pooler.dense", classifier: "classifier", activation: .tanh),
      Kind(pooler: "albert.pooler", classifier: "classifier", activation: .tanh),
      Kind(
        pooler: "classifier.dense", classifier: "classifier.out_proj",
        activation: type == "electra" ? .gelu : .tanh),
      Kind(pooler: "pre_classifier", classifier: "classifier", activation: .relu),
      Kind(
        pooler: "head.dense", classifier: "classifier", activation: modern, norm: "head.norm"),
      // EuroBERT's.
      Kind(pooler: "dense", classifier: "classifier", activation: .gelu),
    ]
  }

  package static func load(
    _ reader: WeightReader, _ context: HeadContext
  ) throws(TareError) -> PooledHead? {
    let config = context.config
    for kind in try kinds(config)
    where reader.has("\(kind.pooler).weight") && reader.has("\(kind.classifier).weight") {
      let pooler = try HeadLayer(reader, kind.pooler, inputs: context.hiddenSize)
      var norm: Norm?
      if let name = kind.norm {
        let width = pooler.weight.count
        norm = Norm(
          weight: try reader["\(name).weight"].vector(width),
          bias: reader.has("\(name).bias")
            ? try reader["\(name).bias"].vector(width) : Array(repeating: 0, count: width),
          epsilon: Float(try config?.number("norm_eps", default: 1e-5) ?? 1e-5))
      }
      // ModernBERT's and EuroBERT's alone say where they are read.
      var position = HeadPosition.first
      if kind.pooler == "dense" {
        position =
          try config?.choice(
            "classifier_pooling", ["bos": HeadPosition.first, "mean": .mean, "late": .late],
            default: .late) ?? .late
      }
      if kind.norm != nil, let config {
        position = try config.choice(
          "classifier_pooling", ["cls": HeadPosition.first, "mean": .mean], default: .first)
      }
      return PooledHead(
        tensors: ["\(kind.pooler).weight", "\(kind.classifier).weight"], position: position,
        pooler: pooler, activation: kind.activation, norm: norm,
        classifier: try HeadLayer(reader, kind.classifier, inputs: pooler.weight.count))
    }
    return nil
  }

  package var outputCount: Int { classifier.weight.count }

  package func outputs(_ hidden: [Float]) -> [Float] {
    let kernels = tare_kernels().pointee
    var pooled = pooler.outputs(hidden)
    kernels.activate(&pooled, pooled.count, activation.kernel)
    if let norm {
      var normed = pooled
      kernels.layerNorm(
        &normed, pooled, norm.weight, norm.bias, 1, pooled.count, norm.epsilon)
      pooled = normed
    }
    return classifier.outputs(pooled)
  }
}
