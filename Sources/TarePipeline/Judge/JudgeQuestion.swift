/// The questions that a judge is asked about one row: its responses one by one, two by two, or all.
internal import Foundation
internal import TareCore
internal import TareRemote

/// One question, and which response stands where in it.
struct JudgeQuestion: Sendable {
  let messages: [JSONValue]
  let choices: VerdictChoices
  /// The response at each place.
  let order: [Int]
}

/// What questions are made of, besides the row.
struct JudgeAsker: Sendable {
  let template: JudgeTemplate
  let rubric: String?
  /// The column that has a rubric of a row's own.
  let rubricColumn: String?
  let scale: ClosedRange<Int>
  /// Whether a pair is shown in both orders, and candidates in each rotation.
  let allOrders: Bool
  /// For templates that print it.
  let date: String

  /// How many questions a row has, without writing them.
  func count(_ row: CandidateSet) -> Int {
    let n = row.responses.count
    return switch template.form {
    case .rating: n
    case .pair: n * (n - 1) / 2 * (allOrders ? 2 : 1)
    case .best: n < 2 ? 0 : allOrders ? n : 1
    }
  }

  /// - Throws: `TareError.badData` for more responses than letters, a rubric that is no text, and what
  ///   the template refuses.
  func questions(_ row: CandidateSet) throws(TareError) -> [JudgeQuestion] {
    let n = row.responses.count
    switch template.form {
    case .rating:
      let choices = VerdictChoices(scale: scale)
      return try (0..<n).map { (index) throws(TareError) in
        try question(row, [index], choices)
      }
    case .pair:
      let choices = VerdictChoices(letters: VerdictChoices.letters(template.hasTies ? 3 : 2))
      var questions: [JudgeQuestion] = []
      for first in 0..<n {
        for second in first + 1..<max(n, first + 1) {
          let orders = [[first, second], [second, first]]
          let shown = allOrders ? orders : [orders[start(row, first * n + second, of: 2)]]
          for order in shown { questions.append(try question(row, order, choices)) }
        }
      }
      return questions
    case .best:
      guard n > 1 else { return [] }
      guard n <= 26 else {
        throw .badData(
          place: "row '\(row.id)'", found: "\(n) responses",
          accepted: "2 to 26, which letters can name")
      }
      let choices = VerdictChoices(letters: VerdictChoices.letters(n))
      let starts = allOrders ? Array(0..<n) : [start(row, 0, of: n)]
      return try starts.map { (start) throws(TareError) in
        try question(row, (0..<n).map { ($0 + start) % n }, choices)
      }
    }
  }

  /// Which of so many orders a row is shown in where it is one alone: by chance, but always the same.
  private func start(_ row: CandidateSet, _ number: Int, of count: Int) -> Int {
    let digest = Digest(of: "\(row.id)\n\(number)")
    return Int(digest.bytes[0]) % count
  }

  private func question(
    _ row: CandidateSet, _ order: [Int], _ choices: VerdictChoices
  ) throws(TareError) -> JudgeQuestion {
    var variables: [String: JSONValue] = [
      "scale": ["low": .int(scale.lowerBound), "high": .int(scale.upperBound)],
      "row": .object(row.extras), "labels": .array(choices.labels.map { .string($0) }),
      "rubric": .string(try rubric(of: row) ?? ""),
    ]
    let last = row.prompt.lastIndex { $0.role == "user" } ?? row.prompt.indices.last
    variables["request"] = .string(last.map { row.prompt[$0].content } ?? "")
    variables["history"] = .array(
      row.prompt.indices.filter { $0 != last }.map { index in
        [
          "role": .string(row.prompt[index].role), "content": .string(row.prompt[index].content),
        ]
      })
    let texts = order.map { row.responses[$0].text }
    variables["response"] = .string(texts.first ?? "")
    variables["responses"] = .array(
      texts.enumerated().map { place, text in
        [
          "label": .string(template.form == .rating ? "" : choices.labels[place]),
          "text": .string(text),
        ]
      })
    return JudgeQuestion(
      messages: try template.messages(variables, date: date), choices: choices, order: order)
  }

  private func rubric(of row: CandidateSet) throws(TareError) -> String? {
    guard let rubricColumn else { return rubric }
    guard let value = row.extras[rubricColumn] else {
      throw .badData(
        place: "row '\(row.id)'", found: "no column '\(rubricColumn)'",
        accepted: "a rubric in every row")
    }
    guard let text = value.string, !text.isEmpty else {
      throw .badData(
        place: "row '\(row.id)', column '\(rubricColumn)'", found: value.text(),
        accepted: "a text")
    }
    return text
  }
}
