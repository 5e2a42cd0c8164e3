/// Which of two responses is better, asked as a choice in both orders.
package import TareCore
internal import TareScoring
internal import TareStore

/// What a row's responses are asked, and how the answers become their scores.
struct PairJudging: Sendable {
  /// A choice of two options, of which the first stands for the response that is shown first.
  let question: DecisionQuestion

  static let standard = DecisionQuestion(
    name: "better", kind: .choice, instructions: "Which response answers the prompt better?",
    options: [
      DecisionQuestion.Option(name: "A", description: "response_a"),
      DecisionQuestion.Option(name: "B", description: "response_b"),
    ])

  init(question: DecisionQuestion) { self.question = question }

  /// - Throws: `TareError.badData` for a rubric that is not one choice of two options.
  init(_ rubric: RubricFile?) throws(TareError) {
    guard let rubric else {
      question = Self.standard
      return
    }
    guard rubric.questions.count == 1, let only = rubric.questions.first, only.kind == .choice,
      only.options.count == 2
    else {
      throw .badData(
        place: "questions", found: "\(rubric.questions.count) questions",
        accepted: "one choice of two options, the first for the response that is shown first")
    }
    question = only
  }

  /// One response before another.
  func request(_ first: RunItem, _ second: RunItem) -> DecisionRequest {
    var state = first.conversation?.state.object ?? [:]
    state["response_a"] = state["response"]
    state["response"] = nil
    state["response_b"] = second.conversation?.state["response"] ?? .null
    return DecisionRequest(state: .object(state), questions: [question])
  }
}

/// Two responses in both orders.
package struct PairTrial: Sendable, Hashable {
  /// How much more the model's logits favour the first response: shown first, and shown second.
  package let shownFirst: Double
  package let shownSecond: Double
  package let temperature: Double

  /// The mean of both orders, in logits: the position's own share is gone.
  package var margin: Double { (shownFirst + shownSecond) / 2 }
  /// That the first response is better.
  package var probability: Double { DecisionMath.sigmoid(margin / temperature) }
  /// Whether both orders prefer the same response.
  package var agrees: Bool { (shownFirst > 0) == (shownSecond > 0) }
  /// How many of the two orders prefer the response that is shown first.
  package var firstWins: Int { (shownFirst > 0 ? 1 : 0) + (shownSecond > 0 ? 0 : 1) }

  /// - Parameters:
  ///   - first: the scores of both options with the first response shown first.
  ///   - second: with the second one shown first.
  init(_ first: [Float], _ second: [Float], temperature: Double) {
    shownFirst = Double(first[0]) - Double(first[1])
    shownSecond = Double(second[1]) - Double(second[0])
    self.temperature = temperature
  }
}

/// What the orders of all pairs say together.
package struct PairPositions: Sendable, Hashable {
  package private(set) var pairs = 0
  package private(set) var disagreeing = 0
  /// Over all pairs: how many of the two orders prefer the response shown first, less one.
  private var leans: [Double] = []

  package mutating func add(_ trial: PairTrial) {
    pairs += 1
    if !trial.agrees { disagreeing += 1 }
    leans.append(Double(trial.firstWins) / 2)
  }

  /// The share of trials in which the response shown first is preferred, 0.5 without a preference for a
  /// position, with its 95% interval over pairs.
  package var firstShare: DecisionEstimate { DecisionEstimate(meanOf: leans) }
  package var disagreement: DecisionEstimate {
    DecisionEstimate(share: disagreeing, of: pairs)
  }

  package var json: JSONValue {
    [
      "pairs": .int(pairs), "disagreeing_orders": .int(disagreeing),
      "disagreement": disagreement.json, "first_position_preferred": firstShare.json,
    ]
  }

  /// In words, a sentence a line.
  package var text: String {
    guard pairs > 0 else { return "no pairs" }
    var lines = [
      "\(pairs) pairs, each in both orders: the response shown first is preferred in "
        + "\(firstShare.percent) of trials (50% without a position preference)",
      "the two orders disagree in \(disagreeing) of \(pairs) pairs (\(disagreement.percent))",
    ]
    if firstShare.low > 0.5 || firstShare.high < 0.5 {
      lines.append(
        "the position decides part of every verdict: scores are averaged over both orders")
    }
    if disagreement.low > 0.5 {
      lines.append("most verdicts depend on the order: do not use this judge for pairs")
    }
    return lines.joined(separator: "\n")
  }
}
