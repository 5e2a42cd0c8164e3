/// OpenAI's decisions, as vLLM 0.33 and `tare serve` answer them, and openai 3.57's client asks them:
/// `POST /v1/decisions`.
internal import TareCore
internal import TareScoring

/// All texts are strings there: a state, instructions or descriptions of another kind go as JSON text. A
/// predicate takes no descriptions, so that a noul with some goes as a choice of true and false.
enum OpenAIQuestions: DecisionProtocol {
  static let key = "decisions"
  static let summary = "OpenAI's decisions: hosted models, vLLM, tare serve (POST /v1/decisions)"
  static let path = "/v1/decisions"

  static func body(of request: DecisionRequest, model: String) throws(TareError) -> JSONValue {
    var questions: [JSONValue] = []
    for question in request.questions { questions.append(.object(try json(of: question))) }
    return [
      "model": .string(model), "input": .string(try request.state.promptText),
      "questions": .array(questions),
    ]
  }

  // MARK: - Questions

  private static func isChoice(_ question: DecisionQuestion) -> Bool {
    question.kind == .choice
      || question.kind == .noul && question.options.contains { $0.description != .null }
  }

  private static func json(of question: DecisionQuestion) throws(TareError) -> JSONObject {
    let instructions = try question.instructions.promptText
    guard !instructions.isEmpty else {
      throw .badData(
        place: "question '\(question.name)'", found: "no instructions",
        accepted: "instructions, without which the protocol decisions takes no question")
    }
    var json: JSONObject = [
      "name": .string(question.name), "instructions": .string(instructions),
    ]
    if isChoice(question) {
      json["type"] = "choice"
      json["choices"] = .array(try choices(question))
    } else if question.kind == .score {
      json["type"] = "score"
      json["levels"] = .array(
        try question.options.map { (level) throws(TareError) in
          ["label": .string(try level.description.promptText)]
        })
    } else {
      json["type"] = "predicate"
    }
    return json
  }

  private static func choices(_ question: DecisionQuestion) throws(TareError) -> [JSONValue] {
    try question.options.map { (option) throws(TareError) in
      var json = JSONObject()
      json["value"] = value(of: option, in: question)
      let description = try option.description.promptText
      if !description.isEmpty { json["description"] = .string(description) }
      return .object(json)
    }
  }

  /// The options of a noul are booleans.
  private static func value(
    of option: DecisionQuestion.Option, in question: DecisionQuestion
  ) -> JSONValue {
    question.kind == .noul ? .bool(option.name == "true") : .string(option.name)
  }

  // MARK: - Answers

  static func answers(
    in reply: JSONValue, to request: DecisionRequest
  ) throws(TareError) -> RemoteDecisions {
    guard let answers = reply["answers"]?.array, answers.count == request.questions.count else {
      throw .badData(
        place: "reply", found: (reply["answers"] ?? reply).outline,
        accepted: "an array 'answers' with one for each of \(request.questions.count) questions")
    }
    var readings: [DecisionReading?] = []
    for (question, answer) in zip(request.questions, answers) {
      do throws(TareError) {
        readings.append(try reading(answer, of: question))
      } catch {
        throw error.inside("'answers', question '\(question.name)'")
      }
    }
    return RemoteDecisions(
      readings: readings, inputTokens: max(reply["usage"]?["input_tokens"]?.int ?? 0, 0))
  }

  /// - Returns: nil for a refusal.
  private static func reading(
    _ answer: JSONValue, of question: DecisionQuestion
  ) throws(TareError) -> DecisionReading? {
    let type = answer["type"]?.string
    if type == "refusal" { return nil }
    let isChoice = isChoice(question)
    let wanted = isChoice ? "choice" : question.kind == .score ? "score" : "predicate"
    guard type == wanted else {
      throw .badData(place: "", found: answer.outline, accepted: "an answer of type \(wanted)")
    }
    if wanted == "predicate" {
      guard let yes = answer["probability"]?.double else {
        throw .badData(place: "'probability'", found: answer.outline, accepted: "a probability")
      }
      return try DecisionReading(remote: [yes, 1 - yes])
    }
    guard let given = answer["probabilities"]?.array, given.count == question.options.count else {
      throw .badData(
        place: "'probabilities'", found: answer["probabilities"]?.outline ?? "nothing",
        accepted: "an array of \(question.options.count) options")
    }
    var probabilities: [Double] = []
    for (place, option) in question.options.enumerated() {
      let key = isChoice ? value(of: option, in: question) : .int(place)
      guard let value = given.first(where: { $0["value"] == key })?["probability"]?.double else {
        throw .badData(
          place: "'probabilities'", found: "no number for option \(key.text())",
          accepted: "the probability of every option")
      }
      probabilities.append(value)
    }
    return try DecisionReading(remote: probabilities)
  }
}
