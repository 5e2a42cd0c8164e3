/// OpenAI's decisions, as vLLM 0.33 serves them (vllm/entrypoints/openai/decisions) and openai 3.57's
/// client reads them.
internal import TareCore
internal import TareScoring
internal import TareServing

/// `POST /v1/decisions`: an input and an array of questions in, an array of answers in their order out.
/// As in vLLM, each question is a choice by letters: a predicate of false and true, a score of its levels.
enum Decisions: WireProtocol {
  static let key = "decisions"
  static let summary = "OpenAI decisions (POST /v1/decisions)"
  static let checksModel = true

  private static let mostQuestions = 64
  private static let mostChoices = 26
  private static let levels = 2...10
  /// What a client may send along.
  private static let known: Set = ["model", "input", "questions", "safety_identifier"]

  static let endpoints = [
    Endpoint(
      path: "/v1/decisions", member: "questions", reads: ["model", "input"]
    ) { call throws(TareError) in
      try await answer(call)
    }
  ]

  /// A question as it was asked, and the values of a choice as they were sent.
  private struct Asked {
    enum Kind { case predicate, choice, score }

    var question: DecisionQuestion
    var kind = Kind.predicate
    var name: String?
    var values: [JSONValue] = []
    var labels: [String] = []

    /// By its own name, and with options as a rubric names them.
    var named: Asked {
      var asked = self
      if let name { asked.question.name = name }
      guard kind == .choice else { return asked }
      for (place, value) in values.enumerated() {
        asked.question.options[place].name = value.string ?? value.text()
      }
      return asked
    }

    /// As models with a template of their own are asked: by the type of question that they know.
    var ofOwnKind: Asked {
      var asked = self
      switch kind {
      case .choice: break
      case .predicate:
        asked.question.kind = .noul
        asked.question.options.reverse()
      case .score:
        asked.question.kind = .score
        for (place, option) in question.options.enumerated() {
          let text = option.description.string.map { "\(option.name): \($0)" } ?? option.name
          asked.question.options[place] = DecisionQuestion.Option(
            name: "\(place)", description: .string(text))
        }
      }
      return asked
    }
  }

  private static func answer(_ call: RewardCall) async throws(TareError) -> JSONValue {
    let body = call.body
    if let unknown = body.keys.first(where: { !known.contains($0) }) {
      throw .badData(
        place: "'\(unknown)'", found: "an unknown member", accepted: "model, input and questions")
    }
    let state = try state(body["input"])
    guard let list = body["questions"]?.array, (1...mostQuestions).contains(list.count) else {
      throw .badData(
        place: "'questions'",
        found: body["questions"]?.array.map { "\($0.count) questions" }
          ?? body["questions"]?.kindName ?? "nothing",
        accepted: "an array of 1 to \(mostQuestions) questions")
    }
    var asked: [Asked] = []
    for (number, json) in list.enumerated() {
      do throws(TareError) {
        asked.append(try question(json, number))
      } catch {
        throw error.inside("'questions', question \(number)")
      }
    }
    let service = try call.decisions()
    // A calibration is one of the answers of `tare decide`, which asks by another prompt than vLLM.
    let isCalibrated = service.probabilities != nil
    if service.model.hasOwnTemplate || isCalibrated { asked = asked.map(\.ofOwnKind) }
    if isCalibrated { asked = asked.map(\.named) }
    let request = DecisionRequest(state: state, questions: asked.map(\.question))
    let served = try await service.served(request, isCalibrated ? .transformers : .vllm)
    let answers = zip(asked, served.answers).map { json(of: $1, $0) }
    return [
      "model": call.modelName, "answers": .array(answers),
      "usage": [
        "input_tokens": .int(served.inputTokens),
        "input_tokens_details": ["cached_tokens": 0, "cache_write_tokens": 0],
        "output_tokens": .int(asked.count), "output_tokens_details": ["reasoning_tokens": 0],
        "total_tokens": .int(served.inputTokens + asked.count),
      ],
    ]
  }

  // MARK: - Request

  /// A text, or messages whose contents are texts, text parts or JSON parts.
  private static func state(_ input: JSONValue?) throws(TareError) -> JSONValue {
    if let text = input?.string { return .string(text) }
    guard let items = input?.array, !items.isEmpty else {
      throw .badData(
        place: "'input'", found: input?.kindName ?? "nothing",
        accepted: "a string or an array of messages")
    }
    var messages: [JSONValue] = []
    for (number, item) in items.enumerated() {
      guard let role = item["role"]?.string,
        ["user", "system", "developer", "assistant"].contains(role),
        let content = item["content"].flatMap(content)
      else {
        throw .badData(
          place: "'input', item \(number)", found: item["type"]?.text() ?? item.outline,
          accepted: "a message with text")
      }
      messages.append(["role": .string(role), "content": content])
    }
    // vLLM knows users alone, and joins what they say.
    guard messages.contains(where: { $0["role"] != "user" }) else {
      return .string(messages.compactMap { $0["content"]?.string }.joined(separator: "\n\n"))
    }
    return .array(messages)
  }

  private static func content(_ json: JSONValue) -> JSONValue? {
    if json.string != nil { return json }
    guard let parts = json.array, !parts.isEmpty else { return nil }
    var texts: [String] = []
    for part in parts {
      switch part["type"]?.string {
      case "input_text", "output_text", "text":
        guard let text = part["text"]?.string else { return nil }
        texts.append(text)
      case "input_json", "json":
        guard let value = part["json"] ?? part["value"] ?? part["data"] else { return nil }
        texts.append(value.text())
      default: return nil
      }
    }
    return .string(texts.joined(separator: "\n"))
  }

  private static func question(_ json: JSONValue, _ number: Int) throws(TareError) -> Asked {
    guard let object = json.object else {
      throw .badData(place: "", found: json.kindName, accepted: "an object")
    }
    let type = object["type"]?.string ?? ""
    let members: Set<String> =
      switch type {
      case "predicate": ["type", "name", "instructions"]
      case "choice": ["type", "name", "instructions", "choices"]
      case "score": ["type", "name", "instructions", "levels"]
      default:
        throw .badData(
          place: "'type'", found: object["type"]?.text() ?? "nothing",
          accepted: "predicate, choice, score")
      }
    if let unknown = object.keys.first(where: { !members.contains($0) }) {
      throw .badData(
        place: "'\(unknown)'", found: "an unknown member",
        accepted: members.sorted().joined(separator: ", "))
    }
    guard object["name"] == nil || object["name"]?.string != nil else {
      throw .badData(
        place: "'name'", found: object["name"]?.kindName ?? "", accepted: "a string")
    }
    guard let instructions = object["instructions"].flatMap(content)?.string else {
      throw .badData(
        place: "'instructions'", found: object["instructions"]?.kindName ?? "nothing",
        accepted: "a string or an array of text parts")
    }
    // Names may repeat or be missing; answers go by their order.
    var asked = Asked(
      question: DecisionQuestion(
        name: "\(number)", kind: .choice, instructions: .string(instructions), options: []),
      name: object["name"]?.string)
    switch type {
    case "choice": try addChoices(object["choices"], to: &asked)
    case "score": try addLevels(object["levels"], to: &asked)
    default:
      asked.question.options = ["false", "true"].map {
        DecisionQuestion.Option(name: $0, description: .null)
      }
    }
    return asked
  }

  private static func addChoices(
    _ json: JSONValue?, to asked: inout Asked
  ) throws(TareError) {
    guard let choices = json?.array, (2...mostChoices).contains(choices.count) else {
      throw .badData(
        place: "'choices'", found: json?.array.map { "\($0.count) choices" } ?? "nothing",
        accepted: "an array of 2 to \(mostChoices) choices")
    }
    asked.kind = .choice
    for choice in choices {
      guard let value = choice["value"], value.string != nil || value.bool != nil,
        !asked.values.contains(value),
        choice.object?.keys.allSatisfy({ ["value", "description"].contains($0) }) == true
      else {
        throw .badData(
          place: "'choices'", found: choice.text(),
          accepted: "objects with a value, each a different string or boolean, and a description")
      }
      asked.values.append(value)
      // Values are printed as JSON: a string and a boolean with the same text are distinct.
      asked.question.options.append(
        DecisionQuestion.Option(
          name: value.text(), description: try description(choice["description"])))
    }
  }

  private static func addLevels(_ json: JSONValue?, to asked: inout Asked) throws(TareError) {
    guard let levels = json?.array, Self.levels.contains(levels.count) else {
      throw .badData(
        place: "'levels'", found: json?.array.map { "\($0.count) levels" } ?? "nothing",
        accepted: "an array of \(Self.levels.lowerBound) to \(Self.levels.upperBound) levels")
    }
    asked.kind = .score
    for level in levels {
      guard let label = level["label"]?.string,
        level.object?.keys.allSatisfy({ ["label", "description"].contains($0) }) == true
      else {
        throw .badData(
          place: "'levels'", found: level.text(), accepted: "objects with a label and a description"
        )
      }
      asked.labels.append(label)
      asked.question.options.append(
        DecisionQuestion.Option(
          name: label, description: try description(level["description"])))
    }
  }

  private static func description(_ json: JSONValue?) throws(TareError) -> JSONValue {
    guard let json, json != .null else { return .null }
    guard json.string != nil else {
      throw .badData(place: "'description'", found: json.kindName, accepted: "a string")
    }
    return json
  }

  // MARK: - Answer

  /// The confidence is vLLM's: that of the best times the labels' share of the vocabulary.
  private static func json(of answer: DecisionAnswer, _ asked: Asked) -> JSONValue {
    let name = asked.name.map { JSONValue.string($0) } ?? .null
    let values = answer.probabilities
    let confidence = values[answer.best] * (answer.reading.labelMass ?? 1)
    switch asked.kind {
    case .predicate:
      let yes = answer.question.options.firstIndex { $0.name == "true" } ?? 0
      return ["type": "predicate", "name": name, "probability": .double(values[yes])]
    case .choice:
      return [
        "type": "choice", "name": name, "choice": asked.values[answer.best],
        "confidence": .double(confidence),
        "probabilities": .array(
          zip(asked.values, values).map { ["value": $0, "probability": .double($1)] }),
      ]
    case .score:
      return [
        "type": "score", "name": name, "score": .double(answer.expectedPlace),
        "confidence": .double(confidence),
        "probabilities": .array(
          zip(asked.labels, values).enumerated().map { place, level in
            [
              "value": .int(place), "label": .string(level.0), "probability": .double(level.1),
            ]
          }),
      ]
    }
  }
}
