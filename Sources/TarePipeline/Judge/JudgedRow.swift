/// What the answers to a row's questions come to: a score for each response, and what the judge's own
/// noise and its preference for a place are measured by.
internal import TareCore
internal import TareRemote

/// A response and what was said of it.
struct JudgedResponse: Sendable {
  /// A rating, or the probability of being the better or the best; nil where a question about it has no
  /// verdict.
  var score: Double?
  /// Answers with a verdict, and without.
  var answers = 0
  var silences = 0
  /// The samples' standard deviation, where each of its questions has several; else nil.
  var deviation: Double?
  var sources: Set<JudgeReading.Source> = []
  /// Mean share of the labels in all probability; nil where no answer has one.
  var mass: Double?

  /// Columns beside the score.
  var columns: JSONObject {
    var columns: JSONObject = [
      "judge_answers": .int(answers), "judge_unparsed": .int(silences),
    ]
    columns["judge_sd"] = deviation.map { .double($0) }
    if !sources.isEmpty {
      columns["judge_from"] = .string(
        sources.map(\.rawValue).sorted().joined(separator: "+"))
    }
    columns["judge_label_mass"] = mass.map { .double($0) }
    return columns
  }
}

/// A question with its answers, sample by sample.
struct JudgedQuestion: Sendable {
  let question: JudgeQuestion
  let answers: [Result<JudgeReading, JudgeFailure>]

  var readings: [JudgeReading] { answers.compactMap { try? $0.get() } }

  /// What each reading says of the response at a place: a number, or the probability of its letter.
  func values(_ place: Int) -> [Double] {
    readings.compactMap { reading in
      guard question.choices.scale == nil else { return reading.number }
      let letters = question.choices.labels
      let own = reading.probabilities[letters[place]] ?? 0
      // A third letter of two responses is a tie.
      let tie = letters.count > question.order.count ? reading.probabilities[letters[2]] ?? 0 : 0
      return own + tie / 2
    }
  }

  func mean(_ place: Int) -> Double? { values(place).meanIfAny }
}

struct JudgedRow: Sendable {
  let responses: [JudgedResponse]
  let questions: [JudgedQuestion]

  /// - Parameter count: the row's responses.
  init(_ questions: [JudgedQuestion], responses count: Int) {
    self.questions = questions
    responses = (0..<count).map { index in
      Self.response(questions.filter { $0.question.order.contains(index) }, index)
    }
  }

  private static func response(_ questions: [JudgedQuestion], _ index: Int) -> JudgedResponse {
    var response = JudgedResponse()
    var means: [Double] = []
    var variances: [Double] = []
    var masses: [Double] = []
    for judged in questions {
      guard let place = judged.question.order.firstIndex(of: index) else { continue }
      let readings = judged.readings
      response.answers += readings.count
      response.silences += judged.answers.count - readings.count
      response.sources.formUnion(readings.map(\.source))
      masses += readings.compactMap(\.mass)
      let values = judged.values(place)
      if let mean = values.meanIfAny { means.append(mean) }
      if let variance = values.varianceIfAny { variances.append(variance) }
    }
    // Half of the orders would have the judge's preference for a place in it.
    if means.count == questions.count { response.score = means.meanIfAny }
    if variances.count == questions.count {
      response.deviation = variances.meanIfAny?.squareRoot()
    }
    response.mass = masses.meanIfAny
    return response
  }
}

extension [Double] {
  var meanIfAny: Double? { isEmpty ? nil : reduce(0, +) / Double(count) }

  /// Of a sample; nil for fewer than two.
  var varianceIfAny: Double? {
    guard count > 1, let mean = meanIfAny else { return nil }
    return reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count - 1)
  }
}
