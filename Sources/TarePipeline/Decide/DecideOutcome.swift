/// What `decide` did, and the rows it gives.
package import TareCore
internal import TareScoring
internal import TareStore

package struct DecideOutcome: Sendable {
  package let rows: Int
  package let asked: Int
  package let computed: Int
  /// Questions without an answer, of those asked in this call.
  package let missing: Int
  package let tokens: Int
  package let computedTokens: Int
  package let seconds: Double
  /// Run and store, where there is one.
  package let destination: String?
  let store: Store
  let run: Run
  let source: DecisionRecord
  /// Of the rubric; nil for rows that hold their own.
  let questions: [DecisionQuestion]?
  let rubric: RubricFile?
  /// Of each rubric, where there are several.
  let rewards: [DecisionReward]
  let dialect: DecisionDialect?
  let isKept: Bool
  /// Why servers refused rows of this call, by item.
  let refused: [Int64: TareError]

  /// Hands over a row for each response, in input order.
  package func forEachRow(
    _ body: (JSONObject) throws(TareError) -> Void
  ) throws(TareError) {
    try store.forEachDecided(of: run) { (item, answers) throws(TareError) in
      try body(
        item.stateRow == nil ? try row(item, answers) : stateRow(item, answers))
    }
  }

  /// A row of a conversation.
  private func row(
    _ item: RunItem, _ stored: [StoredDecision?]
  ) throws(TareError) -> JSONObject {
    var row = JSONObject()
    for (key, value) in item.scoreRow.members {
      row[key] = value
      if key == "index" {
        row["run"] = isKept ? .string(run.name) : .null
        row["model"] = .string(source.name)
      }
      if key == "read_at" {
        addAnswers(
          to: &row, source.prepared(try item.request(questions)), stored)
      }
    }
    return row
  }

  private func addAnswers(
    to row: inout JSONObject, _ request: DecisionRequest, _ stored: [StoredDecision?]
  ) {
    row["answers"] = (dialect ?? .tare).answers(answers(request, stored))
    guard let rubric, rewards.count > 1 else { return }
    var values = JSONObject()
    for (part, reward) in zip(rubric.rubrics, rewards) {
      let value = reward.value(stored.map { $0?.probabilities.map { Double($0) } })
      values[part.name ?? ""] = value.map { .double($0) } ?? .null
    }
    row["rewards"] = .object(values)
  }

  /// Members of a row of a state that a column of the input must not replace.
  private static let ownKeys: Set = ["model", "answers", "input_tokens", "error", "score", "run"]

  /// A row that held its state: its other columns, and the answers.
  private func stateRow(_ item: RunItem, _ stored: [StoredDecision?]) -> JSONObject {
    var row = JSONObject()
    let given = item.stateRow ?? [:]
    for (key, value) in given.members where !StateRow.requestKeys.contains(key) {
      row[Self.ownKeys.contains(key) ? "input_" + key : key] = value
    }
    row["model"] = .string(source.name)
    do throws(TareError) {
      let request = source.prepared(try item.request(questions))
      guard stored.count == request.questions.count, !stored.contains(where: { $0 == nil }) else {
        if let error = refused[item.id] { throw error }
        // What was wrong when the row was asked is wrong again.
        _ = try source.source?.asks(request)
        throw .badData(
          place: "answers", found: "none: a server refused the request", accepted: "an answer")
      }
      let hasOwn = given["questions"] != nil || given["request"] != nil
      if hasOwn {
        row["answers"] = (dialect ?? .transformers).answers(answers(request, stored))
      } else {
        row["run"] = isKept ? .string(run.name) : .null
        if let score = item.score { row["score"] = .double(Double(score.value)) }
        addAnswers(to: &row, request, stored)
      }
      row["input_tokens"] = .int(inputTokens(stored))
    } catch {
      row["error"] = .string(error.description)
    }
    return row
  }

  /// Tokens of the prompts; a prompt of all questions counts once.
  private func inputTokens(_ stored: [StoredDecision?]) -> Int {
    let counts = stored.compactMap { $0?.tokens }
    return source.isJoint ? counts.max() ?? 0 : counts.reduce(0, +)
  }

  private func answers(
    _ request: DecisionRequest, _ stored: [StoredDecision?]
  ) -> [DecisionAnswer?] {
    zip(request.questions, stored).map { question, decision in
      decision.map { DecisionAnswer(question, $0.reading) }
    }
  }

  package var json: JSONValue {
    [
      "rows": .int(rows), "questions": .int(asked), "computed": .int(computed),
      "missing": .int(missing),
      "tokens": .int(tokens), "computed_tokens": .int(computedTokens),
      "shared_tokens": .int(tokens - computedTokens), "seconds": .double(seconds),
    ]
  }

  private static func effect(_ rubric: RubricFile) -> String {
    rubric.rubrics.first?.missing == .zero ? "they count as 0" : "rewards leave them out"
  }

  /// In words, a sentence a line.
  package var text: String {
    var lines: [String] = []
    if computed == 0 {
      lines.append("nothing to compute: the store has the answers for all \(rows) rows")
    } else {
      let rate = seconds > 0 ? Int((Double(tokens) / seconds).rounded()) : 0
      lines.append(
        "answered \(asked) questions about \(rows) rows: \(computed) computed, \(tokens) tokens, "
          + "\(rate) tokens/s"
          + (tokens > computedTokens
            ? ", \(tokens - computedTokens) tokens in shared prefixes not computed again" : ""))
    }
    if missing > 0 {
      lines.append(
        "\(missing) of \(asked) questions have no answer"
          + (rubric.map { ": \(source.source?.whyMissing ?? ""), and " + Self.effect($0) }
            ?? ", as their rows say"))
    }
    if let destination { lines.append("kept in \(destination)") }
    return lines.joined(separator: "\n")
  }
}
