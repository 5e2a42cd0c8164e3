/// What a model's files say of its answers, for protocols that hand on more than a reward.
internal import Foundation
internal import TareCore
internal import TareEngine

package struct ModelProfile: Sendable, Hashable {
  /// What vLLM takes a model for, by its class.
  package enum Kind: Sendable, Hashable {
    /// One judgement of a text.
    case classifier
    /// A reward at every token, the last of which counts (`Qwen2ForRewardModel`).
    case tokenReward
    /// A judgement at every step token (`Qwen2ForProcessRewardModel`).
    case processReward
  }

  /// What becomes of raw outputs where a protocol gives probabilities, by vLLM's rule
  /// (vllm/model_executor/layers/pooler/activations.py, 0.32): a regression's stay raw, several labels
  /// of which any may hold get a sigmoid each, other ones a softmax, one output a sigmoid.
  package enum Activation: Sendable, Hashable { case none, sigmoid, softmax }

  package var kind = Kind.classifier
  package var activation = Activation.sigmoid
  /// Whether the reward itself is a probability: an activation on top would make another number of it.
  package var hasProbability = false
  /// What the numbers that are handed on are called: one name for one reward.
  package var labels = ["LABEL_0"]
  /// Whether a text has one reward; otherwise it has a number for each label.
  package var hasOneReward = true
  /// The longest text in tokens; nil where nobody knows.
  package var longest: Int?
  /// The class in the model's configuration.
  package var architecture: String?
  /// How the model computes.
  package var precision: String?

  package init() {}

  /// - Parameter output: what of the head's outputs is the reward; nil for a model elsewhere.
  package init(
    _ text: TextModel, _ options: ScoringOptions, output: OutputChoice?, outputs count: Int
  ) {
    let config = text.weights.config
    let classes = (config["architectures"]?.array ?? []).compactMap(\.string)
    architecture = classes.first
    longest = text.longest(options)
    precision = text.precision
    if text.readRule?.readsSteps == true {
      kind = .processReward
    } else if text.scoresTokens {
      kind = .tokenReward
    }
    hasOneReward = output != .all
    labels = Self.labels(config, output: output, count: count)
    activation = Self.activation(config, isOne: hasOneReward && kind != .processReward)
    switch output {
    case .probability, .firstProbability: hasProbability = true
    case nil: hasProbability = kind == .processReward
    default: break
    }
    // The rows of a process reward model are of raw outputs all the same.
    if hasProbability, kind != .processReward { activation = .none }
  }

  /// Names of the outputs as transformers' `id2label` has them, else LABEL_0 and so on; of a reward
  /// that is one of several outputs, its own name.
  private static func labels(
    _ config: ModelConfig, output: OutputChoice?, count: Int
  ) -> [String] {
    func name(_ index: Int) -> String {
      config["id2label"]?["\(index)"]?.string ?? "LABEL_\(index)"
    }
    switch output {
    case .all: return (0..<count).map(name)
    case .index(let index): return [name(index)]
    default: return [count == 1 ? name(0) : "LABEL_0"]
    }
  }

  private static func activation(_ config: ModelConfig, isOne: Bool) -> Activation {
    switch config["problem_type"]?.string {
    case "regression": return .none
    case "multi_label_classification": return .sigmoid
    case "single_label_classification": return isOne ? .sigmoid : .softmax
    default: break
    }
    let function =
      config["sentence_transformers"]?["activation_fn"]?.string
      ?? config["sbert_ce_default_activation_function"]?.string
    switch function?.split(separator: ".").last {
    case "Identity"?: return .none
    case "Sigmoid"?: return .sigmoid
    default: return isOne ? .sigmoid : .softmax
    }
  }
}

extension ModelProfile.Activation {
  /// The numbers that a client gets in place of raw ones, in float64.
  package func applied(to values: [Double]) -> [Double] {
    switch self {
    case .none: return values
    case .sigmoid: return values.map { 1 / (1 + exp(-$0)) }
    case .softmax:
      let largest = values.max() ?? 0
      let powers = values.map { exp($0 - largest) }
      let sum = powers.reduce(0, +)
      return powers.map { $0 / sum }
    }
  }
}
