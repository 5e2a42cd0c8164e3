/// Distributions over a scale, weighed by a gate: LDL-Reward (ShikaiChen/LDL-Reward-Gemma-2-27B-v0.1).
///
/// `regression_layer` gives each objective ten logits, whose softmax is a distribution over the scale from
/// 0 to 1; `gating_layer` weighs the objectives, by the same state; the score is the weighted sum's mean on
/// that scale. The code: rewardbench/models/ldlreward.py of allenai/reward-bench.
internal import Foundation
package import TareCore

package struct LabelDistributionHead: RewardHead {
  package static let key = "distribution"
  package static let summary =
    "regression_layer.network and gating_layer.network: distributions over a scale"

  package let tensors: [String]
  private let regression: LeakyNetwork
  private let gate: LeakyNetwork
  /// What the gate's outputs are divided by before their softmax; nil where they are weights as they are.
  private let temperature: Double?

  /// Places of the scale.
  private static let bins = 10

  package static func load(
    _ reader: WeightReader, _ context: HeadContext
  ) throws(TareError) -> LabelDistributionHead? {
    // The configuration says what the gate's outputs are.
    guard reader.has("regression_layer.network.0.weight"),
      reader.has("gating_layer.network.0.weight"), let config = context.config
    else { return nil }
    let regression = try LeakyNetwork(
      reader, "regression_layer.network", inputs: context.hiddenSize)
    let gate = try LeakyNetwork(reader, "gating_layer.network", inputs: context.hiddenSize)
    guard regression.outputs == gate.outputs * bins else {
      throw .badData(
        place: "tensors 'regression_layer.network'", found: "\(regression.outputs) outputs",
        accepted: "\(gate.outputs * bins), \(bins) for each of the gate's \(gate.outputs)")
    }
    let isSoft = try config.flag("softmax")
    return LabelDistributionHead(
      tensors: regression.tensors + gate.tensors, regression: regression, gate: gate,
      temperature: isSoft ? try config.number("temperature", default: 1) : nil)
  }

  /// The score, then what the distribution has at each place of the scale.
  package var outputCount: Int { 1 + Self.bins }
  package var scoreOutput: Int? { 0 }

  package func outputs(_ hidden: [Float]) -> [Float] {
    let logits = regression.values(hidden).map { Double($0) }
    var weights = gate.values(hidden).map { Double($0) }
    if let temperature { weights = Self.softmax(weights.map { $0 / temperature }) }
    var total = [Double](repeating: 0, count: Self.bins)
    for (objective, weight) in weights.enumerated() {
      let start = objective * Self.bins
      let shares = Self.softmax(Array(logits[start..<(start + Self.bins)]))
      for bin in total.indices { total[bin] += weight * shares[bin] }
    }
    let score = total.enumerated().reduce(0.0) {
      $0 + $1.element * Double($1.offset) / Double(Self.bins - 1)
    }
    return ([score] + total).map { Float($0) }
  }

  private static func softmax(_ values: [Double]) -> [Double] {
    let top = values.max() ?? 0
    let powers = values.map { exp($0 - top) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }
}

/// Linear layers with PyTorch's LeakyReLU between, numbered as an nn.Sequential numbers them.
private struct LeakyNetwork: Sendable {
  let tensors: [String]
  private let layers: [HeadLayer]
  private static let slope: Float = 0.01

  /// - Throws: `TareError.badData` where layers do not fit each other.
  init(_ reader: WeightReader, _ name: String, inputs: Int) throws(TareError) {
    // Between them stand activations and, in the gate, dropout.
    let places = (0..<32).filter { reader.has("\(name).\($0).weight") }
    var layers: [HeadLayer] = []
    var width = inputs
    for place in places {
      let layer = try HeadLayer(reader, "\(name).\(place)", inputs: width)
      width = layer.weight.count
      layers.append(layer)
    }
    self.layers = layers
    tensors = places.map { "\(name).\($0).weight" }
  }

  var outputs: Int { layers.last?.weight.count ?? 0 }

  func values(_ inputs: [Float]) -> [Float] {
    var values = inputs
    for (index, layer) in layers.enumerated() {
      if index > 0 { values = values.map { $0 > 0 ? $0 : Self.slope * $0 } }
      values = layer.outputs(values)
    }
    return values
  }
}
