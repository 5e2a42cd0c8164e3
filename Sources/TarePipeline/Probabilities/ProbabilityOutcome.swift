/// What a calibration of probabilities has come to, in words and as JSON.
package import Foundation
internal import TareCalibration
package import TareCore
internal import TareFormats

package struct ProbabilityOutcome: Sendable {
  let calibration: ProbabilityCalibration
  /// By question and row.
  let answers: [[CalibratedAnswer]]
  let questions: [QuestionAnswers]
  /// Whether the calibration was fitted to these rows.
  let isFitted: Bool
  /// The table with its new columns, where it is wanted.
  package internal(set) var rows: Data?

  /// Labelled rows below which a method's choice is mostly chance.
  private static let fewPrompts = 50

  package var text: String {
    var lines: [String] = []
    for (index, question) in questions.enumerated() {
      guard let own = try? calibration.calibration(of: question) else { continue }
      lines.append(
        "\(question.name) (\(question.type.rawValue), \(question.options.count) options): "
          + (isFitted
            ? "\(own.rows) labelled rows of \(own.prompts) prompts"
            : "\(question.rows.count) rows, \(question.labelled.count) labelled"))
      lines += isFitted ? fitLines(own) : applyLines(own, question, answers[index])
    }
    lines.append("calibration \(calibration.id)")
    return lines.joined(separator: "\n")
  }

  private func fitLines(_ own: QuestionCalibration) -> [String] {
    let losses = ProbabilityMethod.allCases.compactMap { method in
      own.heldOut[method].map { "\(method.rawValue) \($0.digits(4))" }
    }
    var lines = [
      "  held-out log loss: \(losses.joined(separator: ", "))",
      "  chosen: \(own.map.method.rawValue), \(own.map.method.summary)",
    ]
    if !own.didConverge {
      lines.append(
        "  warning: not converged: the fit of \(own.map.method.rawValue) stopped before its loss did "
          + "not fall any more")
    }
    if own.prompts < Self.fewPrompts {
      lines.append("  few labelled prompts: the choice of the method is mostly chance")
    }
    if let sets = own.sets { lines += setLines(sets) }
    if let abstention = own.abstention { lines += abstentionLines(abstention) }
    return lines
  }

  private func setLines(_ sets: ConformalSets) -> [String] {
    guard let range = sets.coverage else {
      let needed = ((1 / sets.miss).rounded(.up) - 1).digits(0)
      return [
        "  sets: \(sets.rows) held-out prompts; fewer than \(needed) allow no set but all options"
      ]
    }
    return [
      "  sets hold the right option for at least \((100 * (1 - sets.miss)).digits(1))% of new rows "
        + "on average over held-out samples",
      "  (with these \(sets.rows) held-out prompts: \((100 * range.lowerBound).digits(1))% to "
        + "\((100 * range.upperBound).digits(1))%, with 90% confidence)",
    ]
  }

  private func abstentionLines(_ limit: Abstention) -> [String] {
    let promise =
      "at most \((100 * limit.risk).digits(1))% wrong with \((100 * (1 - limit.delta)).digits(0))% "
      + "confidence"
    guard let threshold = limit.threshold else {
      return ["  answers: no confidence limit has \(promise) on \(limit.rows) held-out prompts"]
    }
    return [
      "  answer only where confidence ≥ \(threshold.digits(4)): \(promise)",
      "  (held out: \(limit.answered) of \(limit.rows) answered, \(limit.wrong) wrong)",
    ]
  }

  private func applyLines(
    _ own: QuestionCalibration, _ question: QuestionAnswers, _ answers: [CalibratedAnswer]
  ) -> [String] {
    var lines = ["  \(own.map.method.rawValue), fitted to \(own.rows) rows"]
    let labelled = zip(question.rows, answers).filter { $0.0.label != nil }
    guard !labelled.isEmpty else { return lines }
    let count = Double(labelled.count)
    func loss(_ probabilities: (AnsweredRow, CalibratedAnswer) -> [Double]) -> String {
      let sum = labelled.reduce(0) { sum, pair in
        sum - log(max(probabilities(pair.0, pair.1)[pair.0.label ?? 0], 1e-9))
      }
      return (sum / count).digits(4)
    }
    lines.append(
      "  log loss \(loss { row, _ in row.probabilities }) before, "
        + "\(loss { _, answer in answer.probabilities }) after")
    if own.sets != nil {
      let hit = labelled.count { pair in pair.1.set?.contains(pair.0.label ?? -1) ?? false }
      let size = labelled.reduce(0) { $0 + ($1.1.set?.count ?? 0) }
      lines.append(
        "  sets hold the right option in \(hit) of \(labelled.count) rows; mean size "
          + "\((Double(size) / count).digits(2)) of \(question.options.count)")
    }
    if own.abstention != nil {
      let given = labelled.filter { $0.1.isAnswered ?? false }
      let wrong = given.count { pair in
        let best = pair.1.probabilities.max() ?? 0
        return pair.1.probabilities.firstIndex(of: best) != pair.0.label
      }
      lines.append("  \(given.count) of \(labelled.count) rows answered, \(wrong) wrong")
    }
    return lines
  }

  package var json: JSONValue {
    var object: JSONObject = [
      "calibration": calibration.json, "fitted": .bool(isFitted),
    ]
    object["rows"] = .array(
      questions.map { ["name": .string($0.name), "rows": .int($0.rows.count)] })
    return .object(object)
  }
}

extension Double {
  func digits(_ count: Int) -> String { String(format: "%.\(count)f", self) }
}
