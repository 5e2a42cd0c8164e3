/// A linear head whose output is normalised by statistics of its training: `score_head` and
/// `normalizer.mean`, `normalizer.var` of PKU's beaver models (safe-rlhf).
internal import Foundation
package import TareCore

package struct NormalisedHead: RewardHead {
  package static let key = "normalised"
  package static let summary = "score_head with normalizer.mean and normalizer.var"

  package let tensors: [String]
  private let layer: HeadLayer
  private let means: [Float]
  private let deviations: [Float]

  package static func load(
    _ reader: WeightReader, _ context: HeadContext
  ) throws(TareError) -> NormalisedHead? {
    guard reader.has("score_head.weight"), reader.has("normalizer.mean") else { return nil }
    let layer = try HeadLayer(reader, "score_head", inputs: context.hiddenSize)
    let outputs = layer.weight.count
    let means = try reader["normalizer.mean"].vector(outputs)
    let variances = try reader["normalizer.var"].vector(outputs)
    // As safe-rlhf does it: `do_normalize` turns it on; a cost keeps its mean, and a critic all.
    let type = try context.config?.text("score_type")
    let isOn = try context.config?.flag("do_normalize") ?? false && type != "critic"
    let isCost = type == "cost"
    return NormalisedHead(
      tensors: ["score_head.weight", "normalizer.mean", "normalizer.var"], layer: layer,
      means: isOn && !isCost ? means : means.map { _ in 0 },
      deviations: isOn ? variances.map { $0.squareRoot() + 1e-8 } : variances.map { _ in 1 })
  }

  package var outputCount: Int { layer.weight.count }

  package func outputs(_ hidden: [Float]) -> [Float] {
    zip(layer.outputs(hidden), zip(means, deviations)).map { ($0 - $1.0) / $1.1 }
  }
}
