/// What of a head's outputs is the score.
internal import Foundation
internal import TareCore
internal import TareEngine

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
    default: return self
    }
  }

  func score(_ outputs: [Float]) -> Float {
    switch self {
    case .single, .all: return outputs[0]
    case .index(let index): return outputs[index]
    case .weights(let weights):
      return Float(zip(weights, outputs).reduce(0.0) { $0 + $1.0 * Double($1.1) })
    case .probability: return Self.probability(outputs, of: outputs.count - 1)
    case .firstProbability: return Self.probability(outputs, of: 0)
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
    }
  }
}
