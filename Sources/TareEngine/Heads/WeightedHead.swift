/// Attributes that a network of the same state weighs: URM (arXiv 2410.00847).
///
/// `score` gives a mean and a deviation of each attribute in turn; `weights.fc` (linear, SELU, linear,
/// SELU, linear) the attributes' weights; the score is their weighted sum. The code: SGLang's
/// LlamaForSequenceClassificationWithNormal_Weights, which serves these models.
internal import Foundation
package import TareCore

package struct WeightedHead: RewardHead {
  package static let key = "weighted"
  package static let summary = "score and weights.fc: attributes weighted by the input"

  package let tensors: [String]
  private let attributes: HeadLayer
  private let layers: [HeadLayer]

  package static func load(
    _ reader: WeightReader, _ context: HeadContext
  ) throws(TareError) -> WeightedHead? {
    guard reader.has("score.weight"), reader.has("weights.fc.0.weight") else { return nil }
    let attributes = try HeadLayer(reader, "score", inputs: context.hiddenSize)
    var layers: [HeadLayer] = []
    var width = context.hiddenSize
    for place in [0, 2, 4] {
      layers.append(try HeadLayer(reader, "weights.fc.\(place)", inputs: width))
      width = layers[layers.count - 1].weight.count
    }
    guard attributes.weight.count == 2 * width else {
      throw .badData(
        place: "tensor 'score.weight'", found: "\(attributes.weight.count) outputs",
        accepted: "\(2 * width), a mean and a deviation for each of \(width) weights")
    }
    return WeightedHead(
      tensors: ["score.weight"] + [0, 2, 4].map { "weights.fc.\($0).weight" },
      attributes: attributes, layers: layers)
  }

  /// The score, then the attributes' means.
  package var outputCount: Int { 1 + attributes.weight.count / 2 }
  package var scoreOutput: Int? { 0 }

  package func outputs(_ hidden: [Float]) -> [Float] {
    let all = attributes.outputs(hidden)
    let means = stride(from: 0, to: all.count, by: 2).map { all[$0] }
    var values = layers[0].outputs(hidden)
    for layer in layers.dropFirst() { values = layer.outputs(values.map(Self.selu)) }
    let score = zip(values, means).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    return [Float(score)] + means
  }

  /// SELU (arXiv 1706.02515), with PyTorch's constants.
  private static func selu(_ value: Float) -> Float {
    let (alpha, scale) = (1.6732632423543772, 1.0507009873554805)
    return Float(scale * (value > 0 ? Double(value) : alpha * expm1(Double(value))))
  }
}
