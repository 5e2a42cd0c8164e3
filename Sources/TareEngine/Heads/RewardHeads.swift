/// The ways to read a reward off a hidden state.
package import TareCore

package enum RewardHeads {
  /// In the order in which they are looked for: the more particular first.
  package static let registry = Registry<any RewardHead.Type>(
    "reward head",
    [
      TokenHead.self,
      GatedHead.self,
      WeightedHead.self,
      LabelDistributionHead.self,
      PooledHead.self,
      NormalisedHead.self,
      MLPHead.self,
      LinearHead.self,
    ]
  ) { $0 }
}

/// Turns the hidden state at a read position into the head's outputs.
package protocol RewardHead: Registered, Sendable {
  /// Loads the head, if its tensors are in the model.
  /// - Throws: `TareError.badData` if they are there and damaged.
  static func load(_ reader: WeightReader, _ context: HeadContext) throws(TareError) -> Self?
  /// The tensors that the head is made of.
  var tensors: [String] { get }
  /// Where the head wants to be read.
  var position: HeadPosition { get }
  /// How many numbers the head gives: 1 for a reward, more for attributes or labels.
  var outputCount: Int { get }
  /// Which of several outputs is the score, where the model says; nil where it does not.
  var scoreOutput: Int? { get }
  /// - Parameter hidden: the state after the final norm, [hiddenSize].
  func outputs(_ hidden: [Float]) -> [Float]
  /// The standard deviation of the single output; nil where the head does not know it.
  func deviation(_ hidden: [Float]) -> Float?
}

/// What a head must know of its model.
package struct HeadContext: Sendable {
  package let hiddenSize: Int
  /// The model's configuration; nil for a head in a file of its own.
  package let config: ModelConfig?
  /// Tokens whose logits are read in place of a reward head; empty for a reward head.
  package let tokens: [Int32]

  package init(hiddenSize: Int, config: ModelConfig? = nil, tokens: [Int32] = []) {
    self.hiddenSize = hiddenSize
    self.config = config
    self.tokens = tokens
  }

  /// Names under which reward heads are saved, the one that the configuration gives first
  /// (OpenRLHF's `value_head_prefix`). Each is that of a linear layer, or of a sequence of layers.
  var names: [String] {
    let given = config?["value_head_prefix"]?.string
    return (given.map { [$0] } ?? [])
      + [
        "score", "v_head.summary", "v_head", "value_head", "reward_head", "regression_head",
        "score_head", "rm_head", "classifier", "out_proj",
      ]
  }
}

extension RewardHead {
  package var position: HeadPosition { .readRule }
  package var scoreOutput: Int? { nil }
  package func deviation(_ hidden: [Float]) -> Float? { nil }

  /// The head's single output.
  package func score(_ hidden: [Float]) -> Float { outputs(hidden)[0] }
}

/// Finds and loads a reward head.
/// - Throws: `TareError.badData` if there is none: a head is never made up.
package func loadRewardHead(
  _ reader: WeightReader, _ context: HeadContext
) throws(TareError) -> any RewardHead {
  for kind in RewardHeads.registry.entries {
    if let head = try kind.load(reader, context) { return head }
  }
  let names = reader.names.filter { !$0.contains("layers.") }
  throw .badData(
    place: "tensors",
    found: "no reward head (outside the layers: \(names.prefix(8).joined(separator: ", ")))",
    accepted: RewardHeads.registry.help.map(\.summary).joined(separator: "; "))
}

/// A linear layer of a head, summed in double: the head is where small differences of large numbers
/// are read.
struct HeadLayer: Sendable {
  /// [outputs][inputs]
  let weight: [[Float]]
  let bias: [Float]

  init(weight: [[Float]], bias: [Float]) {
    self.weight = weight
    self.bias = bias
  }

  /// Reads `name`.weight, as many rows as it has, and `name`.bias where there is one.
  /// - Throws: `TareError.badData` for a missing or misshapen tensor, and for a number that is not
  ///   finite.
  init(_ reader: WeightReader, _ name: String, inputs: Int) throws(TareError) {
    let tensor = reader["\(name).weight"]
    let outputs = tensor.shape.map { $0.count == 2 ? $0[0] : 1 } ?? 1
    // A head of more outputs than a vocabulary has is none.
    guard (1...1 << 20).contains(outputs), inputs > 0 else {
      throw .badData(
        place: "tensor '\(name).weight'", found: "shape \(tensor.shape ?? [])",
        accepted: "one output or more, of \(inputs) inputs")
    }
    weight = try tensor.rows(outputs, inputs)
    bias =
      reader.has("\(name).bias")
      ? try reader["\(name).bias"].vector(outputs) : Array(repeating: 0, count: outputs)
    for (values, part) in [(weight.flatMap { $0 }, "weight"), (bias, "bias")] {
      if let index = values.firstIndex(where: { !$0.isFinite }) {
        throw .badData(
          place: "tensor '\(name).\(part)', element \(index)", found: "\(values[index])",
          accepted: "finite numbers")
      }
    }
  }

  func outputs(_ inputs: [Float]) -> [Float] { outputs(inputs, rows: weight.indices) }

  /// Some of the outputs.
  func outputs(_ inputs: [Float], rows: Range<Int>) -> [Float] {
    zip(weight[rows], bias[rows]).map { Float(Self.sum(inputs, $0, $1)) }
  }

  /// All outputs before they are rounded.
  func sums(_ inputs: [Float]) -> [Double] {
    zip(weight, bias).map { Self.sum(inputs, $0, $1) }
  }

  private static func sum(_ inputs: [Float], _ row: [Float], _ bias: Float) -> Double {
    precondition(inputs.count == row.count)
    var total = Double(bias)
    for (a, b) in zip(inputs, row) { total += Double(a) * Double(b) }
    return total
  }
}
