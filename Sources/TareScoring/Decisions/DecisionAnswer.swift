/// What the probabilities of a question's options say, and the forms that programs give it.
internal import Foundation
package import TareCore

package struct DecisionAnswer: Sendable, Hashable {
  package let question: DecisionQuestion
  package let reading: DecisionReading

  package init(_ question: DecisionQuestion, _ reading: DecisionReading) {
    self.question = question
    self.reading = reading
  }

  /// float32 widened, in the order of the question's options.
  package var probabilities: [Double] { reading.probabilities.map { Double($0) } }

  /// The place of the most probable option, the first of equal ones.
  package var best: Int {
    let values = probabilities
    return values.indices.reduce(0) { values[$1] > values[$0] ? $1 : $0 }
  }

  /// P(true) of a noul, the expected level of a score; nil for a choice.
  package var value: Double? {
    switch question.kind {
    case .noul: probabilities.first
    case .score: Self.expectation(probabilities)
    case .choice: nil
    }
  }

  /// The expected place of the options, from 0.
  package var expectedPlace: Double { Self.expectation(probabilities) }

  static func expectation(_ probabilities: [Double]) -> Double {
    probabilities.enumerated().reduce(0) { $0 + Double($1.offset) * $1.element }
  }

  // MARK: - Confidence

  /// transformers' of a choice: how far the best is above chance.
  var choiceConfidence: Double {
    let count = Double(probabilities.count)
    guard count > 1 else { return 1 }
    return max(0, (probabilities[best] - 1 / count) / (1 - 1 / count))
  }

  /// transformers' of a score: one less the mean distance from the best level, by that of equal ones.
  var scoreConfidence: Double {
    let values = probabilities
    guard values.count > 1 else { return 1 }
    let best = best
    let distance = values.enumerated().reduce(0.0) {
      $0 + $1.element * Double(abs($1.offset - best))
    }
    let middle = Double(values.count - 1) / 2
    let uniform =
      values.indices.reduce(0.0) { $0 + abs(Double($1) - middle) } / Double(values.count)
    return max(0, 1 - distance / uniform)
  }

  private var byOption: JSONValue {
    var object = JSONObject()
    for (option, value) in zip(question.options, probabilities) {
      object[option.name] = .double(value)
    }
    return .object(object)
  }

  private var legend: JSONValue {
    var object = JSONObject()
    for option in question.options { object[option.name] = option.description }
    return .object(object)
  }

  /// As transformers 5.23's pipeline answers.
  package var transformers: JSONValue {
    switch question.kind {
    case .noul: return ["type": "noul", "noul": .double(probabilities.first ?? .nan)]
    case .choice:
      return [
        "type": "choice", "choice": .string(question.options[best].name),
        "confidence": .double(choiceConfidence), "probabilities": byOption,
      ]
    case .score:
      return [
        "type": "score", "score": .double(Self.expectation(probabilities)), "legend": legend,
        "confidence": .double(scoreConfidence), "probabilities": byOption,
      ]
    }
  }

  /// As vLLM's `/v1/systemone` answers: its confidence is that of the best times the labels' share of the
  /// vocabulary.
  package var vllm: JSONValue {
    let confidence = probabilities[best] * (reading.labelMass ?? 1)
    switch question.kind {
    case .noul:
      return [
        "type": "noul", "noul": .double(probabilities[0]),
        "probabilities": ["yes": .double(probabilities[0]), "no": .double(probabilities[1])],
        "confidence": .double(confidence),
      ]
    case .choice:
      return [
        "type": "choice", "choice": .string(question.options[best].name),
        "confidence": .double(confidence), "probabilities": byOption,
      ]
    case .score:
      return [
        "type": "score", "score": .double(Self.expectation(probabilities)), "legend": legend,
        "confidence": .double(confidence), "probabilities": byOption,
      ]
    }
  }

  /// As a row of `tare decide` holds it.
  package var row: JSONValue {
    [
      "name": .string(question.name), "type": .string(question.kind.rawValue),
      "options": .array(question.options.map { .string($0.name) }),
      "probabilities": .array(probabilities.map { .double($0) }),
      "logits": .array(reading.scores.map { .double(Double($0)) }),
      "label_mass": reading.labelMass.map { .double($0) } ?? .null,
      "argmax_is_label": reading.isTopALabel.map { .bool($0) } ?? .null,
      "answer": .string(question.options[best].name),
      "value": value.map { .double($0) } ?? .null,
    ]
  }
}
