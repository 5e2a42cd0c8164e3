/// `tare serve --decide --calibration`: calibrated probabilities of typed questions.
package import TareCalibration
package import TareCore
package import TareScoring

/// Every answer goes through the map of its question; a question without one is refused, since a raw
/// probability among calibrated ones would look like any other.
package struct ServedProbabilities: Sendable {
  private let calibration: ProbabilityCalibration

  package init(_ calibration: ProbabilityCalibration) { self.calibration = calibration }

  /// How answers name it: the same for the same maps.
  package var name: String { "probabilities \(calibration.id)" }

  /// - Throws: `TareError.badData` for a question that the calibration does not know, or that has other
  ///   options.
  package func check(_ questions: [DecisionQuestion]) throws(TareError) {
    for question in questions { _ = try map(of: question) }
  }

  private func map(of question: DecisionQuestion) throws(TareError) -> ProbabilityMap {
    let type: QuestionType =
      switch question.kind {
      case .noul: .noul
      case .choice: .choice
      case .score: .score
      }
    return try calibration.calibration(
      of: QuestionAnswers(
        name: question.name, type: type, options: question.options.map(\.name), rows: [])
    ).map
  }

  /// - Throws: as `check`.
  package func answers(_ raw: [DecisionAnswer]) throws(TareError) -> [DecisionAnswer] {
    try raw.map { (answer) throws(TareError) in
      let values = try map(of: answer.question).apply(answer.probabilities)
      return DecisionAnswer(
        answer.question,
        DecisionReading(
          scores: answer.reading.scores, probabilities: values.map { Float($0) },
          labelMass: answer.reading.labelMass, isTopALabel: answer.reading.isTopALabel,
          tokens: answer.reading.tokens))
    }
  }
}
