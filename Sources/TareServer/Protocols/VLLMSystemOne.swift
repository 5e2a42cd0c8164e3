/// System One's typed questions, as vLLM 0.33 answers them.
internal import TareCore
internal import TareScoring
internal import TareServing

/// `POST /v1/systemone` in vLLM's words: its prompt, its labels, its confidence and its errors. Which of the
/// two a server speaks is the user's choice, since one path has one form.
enum VLLMSystemOne: WireProtocol {
  static let key = "systemone-vllm"
  static let summary = "System One, as vLLM, with --dialect vllm (POST /v1/systemone)"
  static let checksModel = true
  static var insteadOf: (any WireProtocol.Type)? { SystemOne.self }

  private static let mostQuestions = 64
  private static let levels = 2...10
  /// What would be another request, as images; and what changes no answer.
  private static let media = ["images", "audio", "videos"]
  private static let ignored = ["cache_salt", "priority", "request_id"]

  static let endpoints = [
    Endpoint(
      path: SystemOne.path, member: "questions",
      reads: Set(
        ["model", "state", "instructions", "chat_template_kwargs", "joint"] + media + ignored)
    ) { call throws(TareError) in
      try await answer(call)
    }
  ]

  private static func answer(_ call: RewardCall) async throws(TareError) -> JSONValue {
    let request = try request(call.body)
    let served = try await call.decisions().served(request, .vllm)
    var answers = JSONObject()
    var diagnostics = JSONObject()
    for answer in served.answers {
      answers[answer.question.name] = answer.vllm
      diagnostics[answer.question.name] = [
        "label_mass": answer.reading.labelMass.map { .double($0) } ?? .null,
        "argmax_is_label": answer.reading.isTopALabel.map { .bool($0) } ?? .null,
      ]
    }
    return [
      "id": call.id("decision"), "object": "structured_decision", "created": call.now,
      "model": call.modelName, "answers": .object(answers),
      "usage": [
        "input_tokens": .int(served.inputTokens), "output_tokens": .int(served.answers.count),
      ],
      "diagnostics": .object(diagnostics),
    ]
  }

  // MARK: - Request

  private static func request(_ body: JSONObject) throws(TareError) -> DecisionRequest {
    let known = ["model", "state", "questions", "instructions", "chat_template_kwargs", "joint"]
    let all = known + media + ignored
    if let unknown = body.keys.first(where: { !all.contains($0) }) {
      throw .badData(
        place: "'\(unknown)'", found: "an unknown member", accepted: all.joined(separator: ", "))
    }
    for name in media where body[name]?.isNothing == false {
      throw .badData(place: "'\(name)'", found: "media", accepted: "none: the model reads text")
    }
    try checkTemplate(body)
    guard let state = body["state"] else {
      throw .badData(place: "'state'", found: "nothing", accepted: "any JSON value")
    }
    guard body["instructions"]?.isNothing != false || body["instructions"]?.string != nil else {
      throw .badData(
        place: "'instructions'", found: body["instructions"]?.kindName ?? "",
        accepted: "a string, which becomes the system message")
    }
    guard let questions = body["questions"]?.object, (1...mostQuestions).contains(questions.count)
    else {
      throw .badData(
        place: "'questions'", found: body["questions"]?.outline ?? "nothing",
        accepted: "an object of 1 to \(mostQuestions) questions")
    }
    var request = DecisionRequest(state: state, questions: [])
    for (name, json) in questions.members { request.questions.append(try question(name, json)) }
    if let text = body["instructions"]?.string, !text.isEmpty { request.system = text }
    return request
  }

  private static func checkTemplate(_ body: JSONObject) throws(TareError) {
    let arguments = body["chat_template_kwargs"]
    guard arguments?.isNothing != false || arguments?.object != nil else {
      throw .badData(
        place: "'chat_template_kwargs'", found: arguments?.kindName ?? "", accepted: "an object")
    }
    for (name, value) in arguments?.object?.members ?? [] {
      guard name == "enable_thinking", value == .bool(false) else {
        throw .badData(
          place: "'chat_template_kwargs'", found: "\(name): \(value.text())",
          accepted: "enable_thinking: false, as an answer is the reply's first token")
      }
    }
    guard [.null, .bool(false), nil].contains(body["joint"]) else {
      throw .badData(
        place: "'joint'", found: body["joint"]?.text() ?? "",
        accepted: "false: each question has a prompt of its own")
    }
  }

  /// What is no string among instructions and descriptions is written as Python's `str` writes it.
  private static func question(
    _ name: String, _ json: JSONValue
  ) throws(TareError) -> DecisionQuestion {
    let place = "'questions', question '\(name)'"
    guard let object = json.object, !name.isEmpty,
      let kind = object["type"]?.string.flatMap(DecisionQuestion.Kind.init(rawValue:))
    else {
      throw .badData(
        place: place, found: json["type"]?.text() ?? json.outline,
        accepted: "a name, and an object with a type of noul, choice, score")
    }
    if let unknown = object.keys.first(where: {
      !["type", "instructions", "criteria"].contains($0)
    }) {
      throw .badData(
        place: place, found: "the member '\(unknown)'", accepted: "type, instructions and criteria")
    }
    do throws(TareError) {
      return DecisionQuestion(
        name: name, kind: kind, instructions: try object["instructions"]?.pythonText ?? .null,
        options: try options(kind, object["criteria"] ?? .null))
    } catch {
      throw error.inside(place)
    }
  }

  private static func options(
    _ kind: DecisionQuestion.Kind, _ criteria: JSONValue
  ) throws(TareError) -> [DecisionQuestion.Option] {
    typealias Option = DecisionQuestion.Option
    switch kind {
    case .noul:
      guard criteria == .null || criteria.object != nil,
        criteria.object?.keys.allSatisfy({ ["true", "false"].contains($0) }) ?? true
      else {
        throw .badData(
          place: "'criteria'", found: criteria.outline, accepted: "an object with true and false")
      }
      return try ["true", "false"].map { (name) throws(TareError) in
        Option(name: name, description: try criteria[name]?.pythonText ?? .null)
      }
    case .choice:
      guard let members = criteria.object?.members, !members.isEmpty else {
        throw .badData(
          place: "'criteria'", found: criteria.outline, accepted: "an object of options")
      }
      return try members.map { (member) throws(TareError) in
        Option(name: member.key, description: try member.value.pythonText)
      }
    case .score:
      let texts = try (criteria.array ?? []).map { (level) throws(TareError) in
        level == .null ? "None" : try level.pythonText.string ?? ""
      }
      guard levels.contains(texts.count), Set(texts.map(ExactText.init)).count == texts.count else {
        throw .badData(
          place: "'criteria'", found: criteria.outline,
          accepted: "an array of \(levels.lowerBound) to \(levels.upperBound) different levels")
      }
      return texts.enumerated().map { Option(name: "\($0)", description: .string($1)) }
    }
  }
}

extension JSONValue {
  /// Whether Python takes it for nothing.
  fileprivate var isNothing: Bool {
    self == .null || array?.isEmpty == true || object?.isEmpty == true || string?.isEmpty == true
  }
}
