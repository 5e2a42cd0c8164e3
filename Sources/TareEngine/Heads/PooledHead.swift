/// An encoder's classifier: `pooler.dense` and its activation on the first token's state, then
/// `classifier`.
internal import CKernels
package import TareCore

package struct PooledHead: RewardHead {
  package static let key = "pooled"
  package static let summary = "pooler.dense and classifier, at the first token"

  package let tensors = ["pooler.dense.weight", "classifier.weight"]
  private let pooler: HeadLayer
  private let classifier: HeadLayer
  private let activation: Activation

  package static func load(
    _ reader: WeightReader, _ context: HeadContext
  ) throws(TareError) -> PooledHead? {
    guard reader.has("pooler.dense.weight"), reader.has("classifier.weight") else { return nil }
    let pooler = try HeadLayer(reader, "pooler.dense", inputs: context.hiddenSize)
    return PooledHead(
      pooler: pooler,
      classifier: try HeadLayer(reader, "classifier", inputs: pooler.weight.count),
      activation: try context.config?.choice(
        "pooler_hidden_act", Activation.names, default: .gelu) ?? .gelu)
  }

  private init(pooler: HeadLayer, classifier: HeadLayer, activation: Activation) {
    self.pooler = pooler
    self.classifier = classifier
    self.activation = activation
  }

  package var position: HeadPosition { .first }
  package var outputCount: Int { classifier.weight.count }

  package func outputs(_ hidden: [Float]) -> [Float] {
    var pooled = pooler.outputs(hidden)
    tare_kernels().pointee.activate(&pooled, pooled.count, activation.kernel)
    return classifier.outputs(pooled)
  }
}
