/// What of a head's outputs is the score.
internal import Foundation
package import TareCore
package import TareEngine

package enum OutputChoice: Sendable, Hashable {
  /// The head's only output.
  case single
  /// None of several: all of them are handed on, and the score is none of them.
  case all
  case index(Int)
  /// The weighted sum of all.
  case weights([Double])
  /// The probability of the last output's label: by softmax of two or more, by sigmoid of one.
  case probability
  /// The probability of the first of two outputs.
  case firstProbability
  /// The probability of the second of two outputs less that of the first: process reward models whose
  /// training saw it so (PURE, TRL).
  case margin

  /// - Throws: `TareError.usage` if the head does not have such outputs.
  /// - Parameter labels: what the outputs are called; empty where nothing says.
  func checked(
    _ head: any RewardHead, labels: [String] = []
  ) throws(TareError) -> OutputChoice {
    let count = head.outputCount
    switch self {
    case .single where count != 1:
      let names = labels.count == count ? " (\(labels.joined(separator: ", ")))" : ""
      throw .usage(
        "the head has \(count) outputs\(names): choose an output index or output weights")
    case .index(let index) where index < 0 || index >= count:
      throw .usage("output index: expected 0 to \(count - 1), found \(index)")
    case .weights(let weights) where weights.count != count:
      throw .usage("output weights: expected \(count) numbers, found \(weights.count)")
    case .margin where count != 2:
      throw .usage("output name margin: expected a head of two outputs, found \(count)")
    default: return self
    }
  }

  /// Whether a model with so many outputs has it.
  package func fits(_ count: Int) -> Bool {
    switch self {
    case .single: count == 1
    case .all, .probability: count > 0
    case .index(let index): (0..<count).contains(index)
    case .weights(let weights): weights.count == count
    case .firstProbability, .margin: count == 2
    }
  }

  /// The output that a name stands for: `margin`, a label of the model's `id2label`, or what ArmoRM calls
  /// it.
  /// - Throws: `TareError.usage` for a name that is neither, or that several outputs have.
  package init(named name: String, in config: ModelConfig) throws(TareError) {
    let labels = (config["id2label"]?.object?.members ?? []).compactMap { key, value in
      Int(key).flatMap { index in value.string.map { (index: index, name: $0) } }
    }.sorted { $0.index < $1.index }
    let own = GatedHead.labels(config)
    if let index = own.firstIndex(of: name) {
      self = .index(index)
      return
    }
    let found = labels.filter { $0.name == name }
    if found.count == 1 {
      self = .index(found[0].index)
    } else if name == "margin", found.isEmpty {
      self = .margin
    } else {
      let names = (own + labels.map(\.name) + ["margin"]).joined(separator: ", ")
      throw .usage(
        "output name: expected \(found.isEmpty ? names : "a name that one output has"), found '\(name)'"
      )
    }
  }

  package func score(_ outputs: [Float]) -> Float {
    switch self {
    case .single, .all: return outputs[0]
    case .index(let index): return outputs[index]
    case .weights(let weights):
      return Float(zip(weights, outputs).reduce(0.0) { $0 + $1.0 * Double($1.1) })
    case .probability: return Self.probability(outputs, of: outputs.count - 1)
    case .firstProbability: return Self.probability(outputs, of: 0)
    case .margin:
      return Float(tanh((Double(outputs[1]) - Double(outputs[0])) / 2))
    }
  }

  private static func probability(_ logits: [Float], of label: Int) -> Float {
    let all = logits.count == 1 ? [0, logits[0]] : logits
    let own = all[logits.count == 1 ? 1 : label]
    return Float(1 / all.reduce(0.0) { $0 + exp(Double($1) - Double(own)) })
  }
}

extension OutputChoice: CustomStringConvertible {
  /// As the store keeps it; empty for a head's only output.
  package var description: String {
    switch self {
    case .single: ""
    case .all: "outputs"
    case .index(let index): "output:\(index)"
    case .weights(let weights):
      "outputs:" + weights.map { String($0) }.joined(separator: ",")
    case .probability: "probability"
    case .firstProbability: "first-probability"
    case .margin: "margin"
    }
  }
}
