/// A linear value head: `score.weight`, as AutoModelForSequenceClassification has it, and the names
/// that other trainers give it.
package import TareCore

package struct LinearHead: RewardHead {
  package static let key = "linear"
  package static let summary = "score.weight [outputs, hidden] and, where present, score.bias"

  package let tensors: [String]
  private let layer: HeadLayer
  /// How uncertain the score is; nil where the file does not say, and for several outputs.
  package let uncertainty: HeadUncertainty?

  /// The weights of each output, [outputs][hiddenSize].
  package var weights: [[Float]] { layer.weight }
  /// [outputs]
  package var biases: [Float] { layer.bias }

  /// A head with one output.
  package init(weight: [Float], bias: Float, uncertainty: HeadUncertainty? = nil) {
    layer = HeadLayer(weight: [weight], bias: [bias])
    self.uncertainty = uncertainty
    tensors = ["score.weight", "score.bias"] + (uncertainty?.tensors ?? [])
  }

  private init(_ layer: HeadLayer, _ tensors: [String], _ uncertainty: HeadUncertainty?) {
    self.layer = layer
    self.uncertainty = uncertainty
    self.tensors = tensors + (uncertainty?.tensors ?? [])
  }

  package static func load(
    _ reader: WeightReader, _ context: HeadContext
  ) throws(TareError) -> LinearHead? {
    guard let name = context.names.first(where: { reader.has("\($0).weight") }) else { return nil }
    let layer = try HeadLayer(reader, name, inputs: context.hiddenSize)
    let uncertainty =
      layer.weight.count == 1
      ? try HeadUncertainty.load(reader, inputs: context.hiddenSize) : nil
    return LinearHead(
      layer, ["\(name).weight"] + (reader.has("\(name).bias") ? ["\(name).bias"] : []),
      uncertainty)
  }

  package var outputCount: Int { layer.weight.count }
  package func outputs(_ hidden: [Float]) -> [Float] { layer.outputs(hidden) }
  package func deviation(_ hidden: [Float]) -> Float? {
    uncertainty.map { Float($0.deviation(hidden)) }
  }
}
