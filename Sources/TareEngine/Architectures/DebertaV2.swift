/// DeBERTa-v2 and v3 (He et al. 2021): an encoder whose attention also looks at relative positions.
package import TareCore

package enum DebertaV2: Architecture {
  package static let key = "deberta-v2"
  package static let summary = "DeBERTa-v2 and v3 (OpenAssistant's reward models)"
  package static let readsPairs = true
  package static let precisions = [Precision.float32]
  // Every token sees all others, so nothing of a text is known from its start alone.
  package static let sharesPrefixes = false

  package static func size(_ config: ModelConfig) throws(TareError) -> BodySize {
    try DebertaV2Spec(config).size
  }

  package static func body(_ model: ModelWeights, threads: Int) throws(TareError) -> any Body {
    try DebertaV2Encoder(model, DebertaV2Spec(model.config), family: key, threads: threads)
  }
}
