/// `tare decide --audit`: a rubric tested on its own data before it is believed.
internal import Foundation
package import TareCore
internal import TareScoring
internal import TareStore

extension Pipeline {
  /// - Parameter sample: how many rows are asked at most, drawn with seed 1; rows of a prompt stay
  ///   together.
  package func auditDecisions(
    _ request: DecideRequest, sample: Int
  ) throws(TareError) -> DecideAuditOutcome {
    guard sample > 0 else { throw .usage("--sample: expected at least 1, found \(sample)") }
    guard let path = request.questions else { throw .usage("--audit requires --questions") }
    let rubric = try RubricFile(path)
    let source = try source(of: request, date: nil)
    let rows = try decisionRows(request).shuffled(seed: 1)
    let start = ContinuousClock.now
    var audited = [[AuditedRow]](repeating: [], count: rubric.questions.count)
    var (asked, taken) = (0, 0)
    for (number, set) in rows.enumerated() {
      guard taken < sample else { break }
      guard !observer.shouldStop() else { throw .interrupted("stopped after \(taken) rows") }
      for candidate in set.responses {
        let state = try RunItem.request(set, candidate, rubric.questions).state
        let audit = RowAudit(source: source, rubric: rubric, state: state)
        let found = try audit.rows(
          labels: (set.extras["labels"] ?? set.extras["state_row"]?["labels"])?.object ?? [:],
          pair: (number, candidate.role))
        asked += found.asked
        for (place, row) in found.rows.enumerated() { audited[place].append(row) }
        taken += 1
      }
      observer.report(
        StageProgress(
          work: "audited", done: min(taken, sample), computed: asked, total: sample, tokens: 0,
          seconds: (ContinuousClock.now - start) / .seconds(1)))
    }
    return DecideAuditOutcome(
      questions: zip(rubric.questions, audited).map { QuestionAudit($0, $1) }, rows: taken,
      model: source.name, asked: asked, seconds: (ContinuousClock.now - start) / .seconds(1))
  }
}

extension Array {
  /// Fisher and Yates', with a seed.
  fileprivate func shuffled(seed: UInt64) -> [Element] {
    var random = Xoshiro256(seed: seed)
    var elements = self
    for place in stride(from: elements.count - 1, to: 0, by: -1) {
      elements.swapAt(place, random.next(below: place + 1))
    }
    return elements
  }
}

/// All variants of a rubric's questions about one state, asked together.
private struct RowAudit {
  let source: DecisionSource
  let rubric: RubricFile
  let state: JSONValue

  /// What a variant is of its question.
  private enum Role {
    case base
    /// The options in another order: for each option listed, its place in the question.
    case order([Int])
    case complement, wording, labels
  }

  private struct Variant {
    var question: DecisionQuestion
    var role: Role

    var form: DecisionForm { if case .labels = role { .otherLabels } else { .transformers } }
  }

  func rows(
    labels: JSONObject, pair: (key: Int, role: TareCore.Role)
  ) throws(TareError) -> (rows: [AuditedRow], asked: Int) {
    let variants = rubric.questions.map(variants)
    var requests = variants.flatMap { $0 }.map {
      (DecisionRequest(state: state, questions: [$0.question]), $0.form)
    }
    requests.append((DecisionRequest(state: state, questions: rubric.questions), .transformers))
    let answers = try source.readings(requests)
    let together = answers.last ?? []
    var next = 0
    var rows: [AuditedRow] = []
    for (place, question) in rubric.questions.enumerated() {
      let own = variants[place].enumerated().compactMap { offset, variant in
        answers[next + offset].first.map { (variant, $0) }
      }
      next += variants[place].count
      guard var row = row(question, own) else { continue }
      row.together = place < together.count ? together[place] : nil
      row.label = labels[question.name].map { $0.string ?? $0.text() }
      row.pair = pair
      row.value = value(question, row)
      rows.append(row)
    }
    return (rows, requests.count - 1)
  }

  private func row(
    _ question: DecisionQuestion, _ answers: [(Variant, DecisionReading)]
  ) -> AuditedRow? {
    guard let base = answers.first else { return nil }
    var row = AuditedRow(base: base.1)
    if question.kind != .noul {
      row.orders = [base.1]
      row.firsts = [0]
    }
    for (variant, reading) in answers.dropFirst() {
      switch variant.role {
      case .base: break
      case .order(let places):
        row.orders.append(reading.placed(places))
        row.firsts.append(places[0])
      case .complement: row.complement = reading
      case .wording: row.wordings.append(reading)
      case .labels: row.otherLabels = reading
      }
    }
    return row
  }

  /// P(true), the expected level, or of a choice what its weights make of it.
  private func value(_ question: DecisionQuestion, _ row: AuditedRow) -> Double? {
    if let value = DecisionAnswer(question, row.base).value { return value }
    for rubric in rubric.rubrics {
      guard let weights = rubric.weights?[question.name]?.object else { continue }
      return zip(question.options, row.base.probabilities).reduce(0) { sum, option in
        sum + (weights[option.0.name]?.double ?? 0) * Double(option.1)
      }
    }
    return nil
  }

  // MARK: - Variants

  /// The question itself first.
  private func variants(_ question: DecisionQuestion) -> [Variant] {
    [Variant(question: question, role: .base)] + orders(question) + complement(question)
      + (source.takesOtherLabels(question) ? [Variant(question: question, role: .labels)] : [])
      + (rubric.wordings[question.name] ?? []).map { instructions in
        var other = question
        other.instructions = instructions
        return Variant(question: other, role: .wording)
      }
  }

  /// Of a choice the cyclic shifts, of a score the levels from the highest, of a noul the same question
  /// as a choice of yes and no in both orders.
  private func orders(_ question: DecisionQuestion) -> [Variant] {
    switch question.kind {
    case .choice:
      return question.options.indices.dropFirst().map { shift in
        Variant(
          question: question.shifted(by: shift),
          role: .order(question.options.indices.map { ($0 + shift) % question.options.count }))
      }
    case .score:
      guard question.options.count > 1 else { return [] }
      var other = question
      let levels = question.options.reversed().map(\.description)
      for (place, level) in levels.enumerated() { other.options[place].description = level }
      return [Variant(question: other, role: .order(question.options.indices.reversed()))]
    case .noul:
      return [[0, 1], [1, 0]].map { places in
        var other = question
        other.kind = .choice
        other.options = places.map { place in
          DecisionQuestion.Option(
            name: place == 0 ? "yes" : "no", description: question.options[place].description)
        }
        return Variant(question: other, role: .order(places))
      }
    }
  }

  /// The question turned round, where its instructions are a text.
  private func complement(_ question: DecisionQuestion) -> [Variant] {
    guard question.kind == .noul, let text = question.instructions.string, !text.isEmpty else {
      return []
    }
    var other = question
    other.instructions = .string(
      rubric.negations[question.name] ?? "Is the answer to this question no? \(text)")
    if question.options.contains(where: { $0.description != .null }) {
      other.options[0].description = question.options[1].description
      other.options[1].description = question.options[0].description
    }
    return [Variant(question: other, role: .complement)]
  }
}

extension DecisionReading {
  /// The numbers of options in another order, in the order of the question's own.
  fileprivate func placed(_ places: [Int]) -> DecisionReading {
    var (scores, probabilities) = (self.scores, self.probabilities)
    for (listed, option) in places.enumerated() {
      scores[option] = self.scores[listed]
      probabilities[option] = self.probabilities[listed]
    }
    return DecisionReading(
      scores: scores, probabilities: probabilities, labelMass: labelMass,
      isTopALabel: isTopALabel, tokens: tokens)
  }
}
