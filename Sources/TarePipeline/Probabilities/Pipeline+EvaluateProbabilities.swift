/// `tare evaluate --probabilities`: how good the probabilities of typed questions are.
package import TareCore
internal import TareEvaluation
internal import TareFormats

package struct QuestionRequest: Sendable {
  package var inputs: [String]
  package var against: String?
  package var format: String?
  package var columns: [String] = []
  package var label: String?
  package var policy = RowPolicy()
  package var bootstrap = 2_000
  package var seed: UInt64 = 1

  package init(inputs: [String]) { self.inputs = inputs }
}

/// A file's answers, as the model gave them or calibrated.
struct EvaluatedAnswers: Sendable {
  let source: String
  let isCalibrated: Bool
  let questions: [QuestionEvaluation]
  /// Questions without labels.
  let unlabelled: [String]
}

extension Pipeline {
  package func evaluateProbabilities(
    _ request: QuestionRequest
  ) throws(TareError) -> QuestionOutcome {
    let bootstrap = try Bootstrap(resamples: request.bootstrap, seed: request.seed)
    var evaluated: [EvaluatedAnswers] = []
    var comparisons: [QuestionOutcome.Compared] = []
    let base = try request.against.map { (path) throws(TareError) in
      try answers(path, request)
    }
    for input in request.inputs {
      let tables = try answers(input, request)
      for (isCalibrated, questions) in tables {
        evaluated.append(
          try evaluate(questions, input, isCalibrated: isCalibrated, bootstrap))
      }
      if tables.count == 2 {
        comparisons.append(
          QuestionOutcome.Compared(
            first: "\(input), raw", second: "\(input), calibrated",
            questions: try compare(tables[0].questions, tables[1].questions, bootstrap)))
      }
      if let base, let path = request.against {
        comparisons.append(
          QuestionOutcome.Compared(
            first: path, second: input,
            questions: try compare(
              base[base.count - 1].questions, tables[tables.count - 1].questions, bootstrap)))
      }
    }
    return QuestionOutcome(evaluated: evaluated, comparisons: comparisons)
  }

  /// The model's answers, and calibrated ones where there are.
  private func answers(
    _ path: String, _ request: QuestionRequest
  ) throws(TareError) -> [(isCalibrated: Bool, questions: [QuestionAnswers])] {
    let (table, _) = try ProbabilityRequest.table(
      path, format: request.format, columns: request.columns, request.policy)
    let raw = try QuestionTable(table, label: request.label)
    guard QuestionTable.isCalibrated(table) else { return [(false, raw.questions)] }
    let calibrated = try QuestionTable(table, label: request.label, isCalibrated: true)
    return [(false, raw.questions), (true, calibrated.questions)]
  }

  private func evaluate(
    _ questions: [QuestionAnswers], _ source: String, isCalibrated: Bool, _ bootstrap: Bootstrap
  ) throws(TareError) -> EvaluatedAnswers {
    let labelled = questions.filter { !$0.labelled.isEmpty }
    guard !labelled.isEmpty else {
      throw .badData(
        place: source, found: "no labels",
        accepted: "the right options in a column labels, by question, or label")
    }
    return EvaluatedAnswers(
      source: source, isCalibrated: isCalibrated,
      questions: try labelled.map { (question) throws(TareError) in
        try QuestionEvaluation(question, bootstrap)
      },
      unlabelled: questions.filter { $0.labelled.isEmpty }.map(\.name))
  }

  /// Questions that both have, on the rows that both have: the first, second … of a prompt.
  private func compare(
    _ first: [QuestionAnswers], _ second: [QuestionAnswers], _ bootstrap: Bootstrap
  ) throws(TareError) -> [QuestionComparison] {
    var comparisons: [QuestionComparison] = []
    for question in second {
      guard let other = first.first(where: { $0.name.isExactly(question.name) }) else { continue }
      guard other.options.sorted() == question.options.sorted() else {
        throw .badData(
          place: "question '\(question.name)'",
          found: "options \(question.options.joined(separator: ", "))",
          accepted: "\(other.options.joined(separator: ", ")), as in the other file")
      }
      let base = Self.byPlace(other)
      var pairs: [(AnsweredRow, AnsweredRow)] = []
      for (place, row) in Self.byPlace(question) {
        guard let twin = base[place], let label = row.label, let known = twin.label else {
          continue
        }
        guard other.options[known].isExactly(question.options[label]) else {
          throw .badData(
            place: "question '\(question.name)', prompt '\(row.prompt)'",
            found: "label \(question.options[label])",
            accepted: "\(other.options[known]), as in the other file")
        }
        pairs.append((twin, row))
      }
      guard !pairs.isEmpty else { continue }
      pairs.sort { $0.1.row < $1.1.row }
      comparisons.append(
        QuestionComparison(question.name, type: question.type, pairs, bootstrap))
    }
    guard !comparisons.isEmpty else {
      throw .badData(
        place: "comparison", found: "no labelled row that both files have",
        accepted: "the same prompts and questions")
    }
    return comparisons
  }

  private struct Place: Hashable {
    let prompt: ExactText
    let number: Int
  }

  private static func byPlace(_ question: QuestionAnswers) -> [Place: AnsweredRow] {
    var counts: [ExactText: Int] = [:]
    var rows: [Place: AnsweredRow] = [:]
    for row in question.rows {
      let prompt = ExactText(row.prompt)
      rows[Place(prompt: prompt, number: counts[prompt, default: 0])] = row
      counts[prompt, default: 0] += 1
    }
    return rows
  }
}
