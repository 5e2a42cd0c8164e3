/// A linear value head: `score.weight`, as AutoModelForSequenceClassification has it, and the names
/// that other trainers give it.
package import TareCore

package struct LinearHead: RewardHead {
  package static let key = "linear"
  package static let summary = "score.weight [outputs, hidden] and, where present, score.bias"

  package let tensors: [String]
  private let layer: HeadLayer

  /// The weights of each output, [outputs][hiddenSize].
  package var weights: [[Float]] { layer.weight }
  /// [outputs]
  package var biases: [Float] { layer.bias }

  /// A head with one output.
  package init(weight: [Float], bias: Float) {
    layer = HeadLayer(weight: [weight], bias: [bias])
    tensors = ["score.weight", "score.bias"]
  }

  private init(_ layer: HeadLayer, _ tensors: [String]) {
    self.layer = layer
    self.tensors = tensors
  }

  package static func load(
    _ reader: WeightReader, _ context: HeadContext
  ) throws(TareError) -> LinearHead? {
    guard let name = context.names.first(where: { reader.has("\($0).weight") }) else { return nil }
    let layer = try HeadLayer(reader, name, inputs: context.hiddenSize)
    return LinearHead(
      layer, ["\(name).weight"] + (reader.has("\(name).bias") ? ["\(name).bias"] : []))
  }

  package var outputCount: Int { layer.weight.count }
  package func outputs(_ hidden: [Float]) -> [Float] { layer.outputs(hidden) }
}
