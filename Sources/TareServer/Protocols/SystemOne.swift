/// System One's typed questions, as `transformers serve` 5.23 answers them (cli/serving/systemone.py).
internal import TareCore
internal import TareScoring
internal import TareServing

/// `POST /v1/systemone`: a state and questions in, an answer for each by its name out.
enum SystemOne: WireProtocol {
  static let key = "systemone"
  static let summary = "System One, as transformers serve (POST /v1/systemone)"
  static let checksModel = true
  static let path = "/v1/systemone"
  /// What pydantic answers a request with that is not one.
  static let malformedStatus = 422

  /// At most so many in a request.
  private static let mostQuestions = 64
  /// Options are counted against the default labels before the model is known.
  private static let mostOptions = 26

  static func status(of error: TareError) -> Int? {
    guard case .badData(let place, _, _) = error else { return nil }
    return place.hasPrefix("model") ? 400 : 422
  }

  static func body(of error: TareError, status: Int) -> JSONObject {
    guard status == 422 else { return ["detail": .string(error.description)] }
    var location: [JSONValue] = ["body"]
    if case .badData(let place, _, _) = error {
      if place.hasPrefix("question") {
        location.append("questions")
      } else if let member = OpenAIError.member(in: place) {
        location.append(.string(member))
      }
    }
    return [
      "detail": [
        [
          "loc": .array(location), "msg": .string(error.description), "type": "value_error",
        ]
      ]
    ]
  }

  static let endpoints = [
    Endpoint(
      path: path, member: "questions", reads: ["model", "state", "assets"]
    ) { call throws(TareError) in
      try await answer(call)
    }
  ]

  private static func answer(_ call: RewardCall) async throws(TareError) -> JSONValue {
    let request = try request(call.body)
    let service = try call.decisions()
    let served = try await service.served(request)
    var answers = JSONObject()
    for answer in served.answers { answers[answer.question.name] = answer.transformers }
    return [
      "model": call.modelName, "answers": .object(answers),
      "usage": ["input_tokens": .int(served.inputTokens), "output_tokens": 0],
    ]
  }

  private static func request(_ body: JSONObject) throws(TareError) -> DecisionRequest {
    let known: Set = ["model", "state", "questions", "assets"]
    if let unknown = body.keys.first(where: { !known.contains($0) }) {
      throw .badData(
        place: "'\(unknown)'", found: "an unknown member",
        accepted: known.sorted().joined(separator: ", "))
    }
    guard body["model"] == nil || body["model"]?.string != nil else {
      throw .badData(
        place: "'model'", found: body["model"]?.kindName ?? "", accepted: "a string")
    }
    switch body["state"] {
    case .string?, .object?, .array?: break
    case let other:
      throw .badData(
        place: "'state'", found: other?.kindName ?? "nothing",
        accepted: "a string, an object or an array")
    }
    guard let questions = body["questions"]?.object, (1...mostQuestions).contains(questions.count),
      questions.members.allSatisfy({ $0.value.object != nil })
    else {
      throw .badData(
        place: "'questions'", found: body["questions"]?.outline ?? "nothing",
        accepted: "an object of 1 to \(mostQuestions) questions")
    }
    let request = try DecisionRequest(questions: .object(questions), state: body["state"] ?? .null)
    for question in request.questions where question.options.count > mostOptions {
      throw .badData(
        place: "question '\(question.name)'", found: "\(question.options.count) options",
        accepted: "at most \(mostOptions)")
    }
    if let assets = body["assets"], assets.object?.isEmpty != true {
      throw .badData(
        place: assets.object == nil ? "'assets'" : "model, 'assets'", found: assets.kindName,
        accepted: "none: the model reads no images")
    }
    return request
  }
}

extension RewardCall {
  /// - Throws: `TareError.badData` where the server answers no typed questions.
  func decisions() throws(TareError) -> DecisionService {
    guard let decisions = service.decisions else {
      throw .badData(
        place: "model", found: "a server of rewards",
        accepted: "a server of typed questions")
    }
    return decisions
  }
}

extension DecisionService {
  /// What the model cannot be asked is its own matter, not the request's.
  func served(
    _ request: DecisionRequest, _ form: DecisionForm = .transformers
  ) async throws(TareError) -> ServedDecisions {
    do throws(TareError) {
      return try await answers(request, form)
    } catch {
      throw error.inside("model")
    }
  }
}

extension DecisionRequest {
  init(questions: JSONValue, state: JSONValue) throws(TareError) {
    self.init(state: state, questions: try DecisionRequest.questions(questions))
  }
}
