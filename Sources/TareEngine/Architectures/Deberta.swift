/// DeBERTa (He et al. 2020), the first version: the attention of later ones with projections of its own for
/// relative positions, without buckets.
package import TareCore

package enum Deberta: Architecture {
  package static let key = "deberta"
  package static let summary = "DeBERTa, first version (base, large, xlarge)"
  package static let readsPairs = true
  package static let precisions = [Precision.float32]
  // Every token sees all others, so nothing of a text is known from its start alone.
  package static let sharesPrefixes = false

  package static func size(_ config: ModelConfig) throws(TareError) -> BodySize {
    try DebertaV2Spec(first: config).size
  }

  package static func body(_ model: ModelWeights, threads: Int) throws(TareError) -> any Body {
    try DebertaV2Encoder(model, DebertaV2Spec(first: model.config), family: key, threads: threads)
  }
}
