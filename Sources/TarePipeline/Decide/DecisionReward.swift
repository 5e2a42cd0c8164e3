/// A reward made of the answers to a rubric's questions: a weighted sum of what their options are worth.
package import TareCore
package import TareScoring

package struct DecisionReward: Sendable, Hashable {
  /// What happens where an answer is missing.
  package enum Missing: String, Sendable, CaseIterable {
    /// The row is an error.
    case error
    /// The weights of the other answers grow to the sum of all.
    case skip
    /// The answer counts as 0.
    case zero
  }

  /// What one question adds: Σ values · probabilities.
  package struct Term: Sendable, Hashable {
    /// Its place among the questions.
    package var question: Int
    /// What each option is worth, in the question's order of them.
    package var values: [Double]

    /// What it can add at most, in size.
    fileprivate var size: Double { values.reduce(0) { max($0, abs($1)) } }
  }

  package var terms: [Term]
  package var missing: Missing

  /// - Parameter probabilities: of each question's options; nil for a missing answer.
  /// - Returns: nil where nothing can be said: no terms, or none of their answers.
  package func value(_ probabilities: [[Double]?]) -> Double? {
    var (sum, whole, present) = (0.0, 0.0, 0.0)
    for term in terms {
      whole += term.size
      guard let shares = probabilities[term.question] else { continue }
      present += term.size
      sum += zip(term.values, shares).reduce(0) { $0 + $1.0 * $1.1 }
    }
    guard present > 0 else { return nil }
    return missing == .skip && present < whole ? sum * whole / present : sum
  }

  /// What the options of a question are worth: a noul its P(true), a score its expected level on a scale
  /// from 0 to 1.
  /// - Returns: nil for a choice, whose options have no order.
  package static func scale(_ question: DecisionQuestion) -> [Double]? {
    switch question.kind {
    case .noul: [1, 0]
    case .score:
      question.options.indices.map { level in
        question.options.count > 1 ? Double(level) / Double(question.options.count - 1) : 0
      }
    case .choice: nil
    }
  }

  /// For the record of a run.
  package var json: JSONValue {
    [
      "missing": .string(missing.rawValue),
      "terms": .array(
        terms.map {
          ["question": .int($0.question), "values": .array($0.values.map { .double($0) })]
        }),
    ]
  }
}

extension DecisionReward {
  /// The mean of all questions that have an order.
  package static func mean(of questions: [DecisionQuestion], missing: Missing) -> DecisionReward {
    let scales = questions.enumerated().compactMap { place, question in
      scale(question).map { (place, $0) }
    }
    return DecisionReward(
      terms: scales.map { place, scale in
        Term(question: place, values: scale.map { $0 / Double(scales.count) })
      }, missing: missing)
  }

  /// By weights per question: a number, or for a choice an object of what its options are worth.
  ///
  /// - Throws: `TareError.badData` for a question that there is not, and for a choice with a number.
  package init(
    weights: JSONObject, _ questions: [DecisionQuestion], missing: Missing
  ) throws(TareError) {
    self.init(terms: [], missing: missing)
    for (name, weight) in weights.members {
      guard let place = questions.firstIndex(where: { $0.name == name }) else {
        throw .badData(
          place: "weights", found: "'\(name)'",
          accepted: "a question: \(questions.map(\.name).joined(separator: ", "))")
      }
      let question = questions[place]
      let isScaled = Self.scale(question) != nil
      if let number = weight.double, number.isFinite, let scale = Self.scale(question) {
        terms.append(Term(question: place, values: scale.map { number * $0 }))
      } else if let values = weight.object {
        terms.append(Term(question: place, values: try Self.values(values, of: question)))
      } else {
        throw .badData(
          place: "weights, '\(name)'", found: weight.text(),
          accepted: isScaled
            ? "a number, or an object of what the options are worth"
            : "an object of what the options are worth, as a choice has no order")
      }
    }
  }

  private static func values(
    _ values: JSONObject, of question: DecisionQuestion
  ) throws(TareError) -> [Double] {
    var worth = [Double](repeating: 0, count: question.options.count)
    for (name, value) in values.members {
      guard let place = question.options.firstIndex(where: { $0.name == name }),
        let number = value.double, number.isFinite
      else {
        throw .badData(
          place: "weights, '\(question.name)', '\(name)'", found: value.text(),
          accepted: "a number for one of the options "
            + question.options.map(\.name).joined(separator: ", "))
      }
      worth[place] = number
    }
    return worth
  }
}
