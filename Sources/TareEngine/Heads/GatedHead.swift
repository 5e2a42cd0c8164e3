/// Objectives that a gate weighs by the prompt: ArmoRM (arXiv 2406.12845) and QRM (arXiv 2409.10164).
///
/// Rewards are a linear map of the state that is read, of QRM each the mean of quantiles; the gate is an
/// MLP of the state at the end of the prompt, and its softmax. The code: modeling_custom.py of the
/// models, as RLHFlow/RLHF-Reward-Modeling (armo-rm) and allenai/reward-bench (models/qrm.py) have it.
internal import Foundation
package import TareCore

package struct GatedHead: RewardHead {
  package static let key = "gated"
  package static let summary = "regression_layer and gating: objectives weighted by the prompt"

  package let tensors: [String]
  package let position: HeadPosition
  private let hiddenSize: Int
  private let regression: HeadLayer
  /// Outputs of `regression` for each objective.
  private let quantiles: Int
  /// [objective][objective adjusted]
  private let transform: [[Float]]
  private let gate: Gate
  /// Whether `outputs` gives the objectives before or after `transform`.
  private let showsAdjusted: Bool

  /// Where the prompt ends in each family: what its template writes before a response. The first of
  /// these tokens is read.
  private static let patterns = [
    "llama": "<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
    "gemma2": "<end_of_turn>\n<start_of_turn>model\n",
  ]

  package static func load(
    _ reader: WeightReader, _ context: HeadContext
  ) throws(TareError) -> GatedHead? {
    guard reader.has("regression_layer.weight"), reader.has("gating.layers.0.weight"),
      let config = context.config
    else { return nil }
    let type = try config.text("model_type") ?? ""
    guard let pattern = patterns[type] else {
      throw config.error(
        "model_type", "'\(type)' with a gated head", patterns.keys.sorted().joined(separator: ", "))
    }
    let objectives = try config.count("num_objectives", default: 19)
    let quantiles = try config.optionalCount("num_quantiles")
    let regression = try HeadLayer(reader, "regression_layer", inputs: context.hiddenSize)
    guard regression.weight.count == objectives * (quantiles ?? 1) else {
      throw .badData(
        place: "tensor 'regression_layer.weight'", found: "\(regression.weight.count) outputs",
        accepted: "\(objectives * (quantiles ?? 1)), num_objectives × num_quantiles")
    }
    let gate = try Gate(reader, config, inputs: context.hiddenSize, outputs: objectives)
    let matrix = "reward_transform_matrix"
    return GatedHead(
      tensors: ["regression_layer.weight", matrix] + gate.tensors, position: .prompt(pattern),
      hiddenSize: context.hiddenSize, regression: regression, quantiles: quantiles ?? 1,
      transform: try reader[matrix].rows(objectives, objectives), gate: gate,
      showsAdjusted: quantiles != nil)
  }

  /// The score, then the objectives.
  package var outputCount: Int { 1 + transform.count }
  package var scoreOutput: Int? { 0 }

  /// - Parameter hidden: the state at the end of the prompt, then the state that is read.
  package func outputs(_ hidden: [Float]) -> [Float] {
    guard hidden.count == 2 * hiddenSize else {
      return Array(repeating: .nan, count: outputCount)
    }
    let all = regression.outputs(Array(hidden[hiddenSize...]))
    let rewards = (0..<transform.count).map { objective in
      let own = all[(objective * quantiles)..<((objective + 1) * quantiles)]
      return own.reduce(0.0) { $0 + Double($1) } / Double(quantiles)
    }
    let adjusted = transform.indices.map { column in
      transform.indices.reduce(0.0) { $0 + rewards[$1] * Double(transform[$1][column]) }
    }
    let weights = gate.weights(Array(hidden[..<hiddenSize]))
    let score = zip(weights, adjusted).reduce(0.0) { $0 + $1.0 * $1.1 }
    return ([score] + (showsAdjusted ? adjusted : rewards)).map { Float($0) }
  }

  /// What ArmoRM's outputs are called, by RLHFlow's training code; none for another model.
  package static func labels(_ config: ModelConfig) -> [String] {
    let isArmo = (config["architectures"]?.array ?? []).contains("LlamaForRewardModelWithGating")
    guard isArmo, config["num_quantiles"] == nil, config["num_objectives"]?.int ?? 19 == 19 else {
      return []
    }
    return [
      "score", "helpsteer-helpfulness", "helpsteer-correctness", "helpsteer-coherence",
      "helpsteer-complexity", "helpsteer-verbosity", "ultrafeedback-overall_score",
      "ultrafeedback-instruction_following", "ultrafeedback-truthfulness",
      "ultrafeedback-honesty", "ultrafeedback-helpfulness", "beavertails-is_safe",
      "prometheus-score", "argilla-overall_quality", "argilla-judge_lm", "code-complexity",
      "code-style", "code-explanation", "code-instruction-following", "code-readability",
    ]
  }
}

/// Linear layers with ReLU between (ArmoRM), or with ReLU and a batch norm after each (QRM), a softmax
/// and a factor.
private struct Gate: Sendable {
  let tensors: [String]
  private let layers: [HeadLayer]
  /// After each layer but the last; none for ArmoRM.
  private let norms: [BatchNorm]
  private let temperature: Double
  private let factor: Double

  /// In evaluation: (x − mean) / √(variance + 1e-5) · weight + bias, as PyTorch's BatchNorm1d.
  private struct BatchNorm: Sendable {
    let mean, variance, weight, bias: [Float]

    init(_ reader: WeightReader, _ name: String, width: Int) throws(TareError) {
      mean = try reader["\(name).running_mean"].vector(width)
      variance = try reader["\(name).running_var"].vector(width)
      weight = try reader["\(name).weight"].vector(width)
      bias = try reader["\(name).bias"].vector(width)
    }

    func applied(to values: [Float]) -> [Float] {
      values.indices.map { index in
        let scale = Double(weight[index]) / (Double(variance[index]) + 1e-5).squareRoot()
        return Float(
          (Double(values[index]) - Double(mean[index])) * scale + Double(bias[index]))
      }
    }
  }

  init(
    _ reader: WeightReader, _ config: ModelConfig, inputs: Int, outputs: Int
  ) throws(TareError) {
    let hasNorms = reader.has("gating.layers.2.running_mean")
    let count = try config.count("gating_n_hidden", default: 3)
    var layers: [HeadLayer] = []
    var norms: [BatchNorm] = []
    var tensors: [String] = []
    var width = inputs
    for index in 0...count {
      let name = "gating.layers.\(hasNorms ? 3 * index : index)"
      let layer = try HeadLayer(reader, name, inputs: width)
      width = layer.weight.count
      layers.append(layer)
      tensors.append("\(name).weight")
      if hasNorms, index < count {
        norms.append(try BatchNorm(reader, "gating.layers.\(3 * index + 2)", width: width))
        tensors.append("gating.layers.\(3 * index + 2).weight")
      }
    }
    guard width == outputs else {
      throw .badData(
        place: "tensor '\(tensors[tensors.count - 1])'", found: "\(width) outputs",
        accepted: "\(outputs), one for each objective")
    }
    temperature = try config.number("gating_temperature", default: 10)
    factor = Double(try reader["gating.logit_scale"].vector(1)[0])
    self.layers = layers
    self.norms = norms
    self.tensors = tensors + ["gating.logit_scale"]
  }

  /// The objectives' weights.
  func weights(_ hidden: [Float]) -> [Double] {
    var values = hidden
    for (index, layer) in layers.enumerated() {
      values = layer.outputs(values)
      guard index < layers.count - 1 else { break }
      values = values.map { max($0, 0) }
      if index < norms.count { values = norms[index].applied(to: values) }
    }
    let logits = values.map { Double($0) / temperature }
    let top = logits.max() ?? 0
    let shares = logits.map { exp($0 - top) }
    let total = shares.reduce(0, +)
    return shares.map { $0 / total * factor }
  }
}
