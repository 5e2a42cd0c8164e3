/// The client of servers that answer typed questions, against servers that work and servers that do not.
import TareCore
import TareRemote
import TareScoring
import TareTesting
import Testing

@Suite(.timeLimit(.minutes(1))) struct DecisionEngineTests {
  private static var impatient: RemoteOptions {
    var options = RemoteOptions()
    options.attempts = 3
    options.firstPause = .milliseconds(1)
    options.model = "m"
    return options
  }

  private func engine(
    _ url: String, _ key: String = "systemone", _ options: RemoteOptions = impatient
  ) throws -> DecisionEngine {
    try DecisionEngine(urls: [url], protocol: key, options)
  }

  private static let questions = """
    {"ok": {"type": "noul", "instructions": "Right?"},
     "fit": {"type": "noul", "instructions": "Fits?", "criteria": {"true": "it does"}},
     "style": {"type": "choice", "instructions": {"ask": "Style?"},
               "criteria": {"dry": null, "wet": {"w": 1}}},
     "level": {"type": "score", "instructions": "How?", "criteria": ["low", "high"]}}
    """

  private func request(_ questions: String = questions) throws -> DecisionRequest {
    try DecisionRequest(parsing: "{\"state\": {\"a\": [1, null]}, \"questions\": \(questions)}")
  }

  private func answer(
    _ engine: DecisionEngine, _ request: DecisionRequest
  ) async throws -> RemoteDecisions {
    try await engine.answers([request], model: "m")[0].get()
  }

  /// As transformers and vLLM answer `questions`.
  private static let systemOne = """
    {"answers": {
       "level": {"type": "score", "score": 0.75, "legend": {"0": "low", "1": "high"},
                 "confidence": 0.5, "probabilities": {"0": 0.25, "1": 0.75}},
       "ok": {"type": "noul", "noul": 0.125, "confidence": 0.7},
       "fit": {"type": "noul", "noul": 1.0},
       "style": {"type": "choice", "choice": "dry", "confidence": 0.25,
                 "probabilities": {"wet": 0.375, "dry": 0.625}}},
     "diagnostics": {"ok": {"label_mass": 0.5, "argmax_is_label": true}},
     "usage": {"input_tokens": 41, "output_tokens": 0}}
    """

  private static let openAI = """
    {"answers": [
      {"type": "predicate", "name": "ok", "probability": 0.125},
      {"type": "choice", "name": "fit", "choice": true, "confidence": 1,
       "probabilities": [{"value": true, "probability": 1}, {"value": false, "probability": 0}]},
      {"type": "choice", "name": "style", "choice": "dry", "confidence": 0.25,
       "probabilities": [{"value": "wet", "probability": 0.375},
                         {"value": "dry", "probability": 0.625}]},
      {"type": "score", "name": "level", "score": 0.75, "confidence": 0.5,
       "probabilities": [{"value": 0, "label": "low", "probability": 0.25},
                         {"value": 1, "label": "high", "probability": 0.75}]}],
     "usage": {"input_tokens": 41, "output_tokens": 4}}
    """

  @Test(arguments: [("systemone", systemOne), ("decisions", openAI)])
  func `answers come in the order of questions and options`(
    key: String, reply: String
  ) async throws {
    let server = try CannedServer { _ in .reply(reply) }
    let found = try await answer(engine(server.url, key), request())
    #expect(
      found.readings.map { $0?.probabilities } == [
        [0.125, 0.875], [1, 0], [0.625, 0.375], [0.25, 0.75],
      ])
    #expect(found.inputTokens == 41)
    // Logits are the probabilities' logarithms, that of 0 as well.
    for reading in found.readings.compactMap(\.self) {
      #expect(reading.scores.allSatisfy { $0.isFinite })
      expectClose(
        DecisionReading.softmax(reading.scores), reading.probabilities, tolerance: 1e-6)
    }
    #expect(found.readings[0]?.labelMass == (key == "systemone" ? 0.5 : nil))
    #expect(found.readings[0]?.isTopALabel == (key == "systemone" ? true : nil))
    #expect(server.all.map(\.path) == ["/v1/\(key)"])
  }

  @Test func `System One gets state and questions as they are`() async throws {
    let server = try CannedServer { _ in .reply(Self.systemOne) }
    _ = try await answer(engine(server.url), request())
    let body = try #require(server.all.first?.body)
    #expect(body["model"] == "m")
    #expect(body["state"] == ["a": [1, .null]])
    #expect(body["questions"] == (try JSONValue(parsing: Self.questions)))
    #expect(body["questions"]?.object?.keys == ["ok", "fit", "style", "level"])
  }

  @Test func `OpenAI's protocol gets texts, and what it cannot say in the form that it has`()
    async throws
  {
    let server = try CannedServer { _ in .reply(Self.openAI) }
    _ = try await answer(engine(server.url + "/v1", "decisions"), request())
    let body = try #require(server.all.first?.body)
    #expect(body["input"] == #"{"a": [1, null]}"#)
    #expect(
      body["questions"]
        == [
          ["name": "ok", "instructions": "Right?", "type": "predicate"],
          [
            "name": "fit", "instructions": "Fits?", "type": "choice",
            "choices": [["value": true, "description": "it does"], ["value": false]],
          ],
          [
            "name": "style", "instructions": #"{"ask": "Style?"}"#, "type": "choice",
            "choices": [["value": "dry"], ["value": "wet", "description": #"{"w": 1}"#]],
          ],
          [
            "name": "level", "instructions": "How?", "type": "score",
            "levels": [["label": "low"], ["label": "high"]],
          ],
        ])
    let bare = try request(#"{"q": {"type": "noul"}}"#)
    let error = #expect(throws: TareError.self) {
      try engine(server.url, "decisions").check(bare)
    }
    #expect(error?.description.contains("question 'q'") == true)
    #expect(error?.exitCode == 65)
  }

  @Test func `a refusal of one question leaves the others their answers`() async throws {
    let server = try CannedServer { _ in
      .reply(
        #"{"answers": [{"type": "refusal", "name": "a"}, {"type": "predicate", "probability": 1}]}"#
      )
    }
    let found = try await answer(
      engine(server.url, "decisions"),
      request(
        """
        {"a": {"type": "noul", "instructions": "?"}, "b": {"type": "noul", "instructions": "?"}}
        """))
    #expect(found.readings.map { $0?.probabilities } == [nil, [1, 0]])
  }

  @Test(arguments: [
    #"{"answers": {}}"#, #"{"answers": {"c": {"type": "noul", "noul": 0.5}}}"#, "{}",
    #"{"answers": {"c": {"type": "choice", "probabilities": {"a": 1}}}}"#,
    #"{"answers": {"c": {"type": "choice", "probabilities": {"a": 0.5, "x": 0.5}}}}"#,
    #"{"answers": {"c": {"type": "choice", "probabilities": {"a": 0.5, "b": 0.2}}}}"#,
    #"{"answers": {"c": {"type": "choice", "probabilities": {"a": 1.5, "b": -0.5}}}}"#,
    #"{"answers": {"c": {"type": "choice", "probabilities": {"a": "0.5", "b": 0.5}}}}"#,
    #"{"answers": {"c": {"type": "choice", "probabilities": {"a": 1e999, "b": 0.5}}}}"#,
  ])
  func `a reply that does not answer what was asked is an error that names the server`(
    reply: String
  ) async throws {
    let server = try CannedServer { _ in .reply(reply) }
    let request = try request(#"{"c": {"type": "choice", "criteria": {"a": null, "b": null}}}"#)
    let error = await #expect(throws: TareError.self) {
      try await answer(engine(server.url), request)
    }
    #expect(error?.exitCode == 69)
    #expect(error?.description.contains(server.url) == true)
  }

  @Test func `rounded probabilities are brought to 1, exact ones keep their bits`() async throws {
    let server = try CannedServer { _ in
      .reply(
        #"{"answers": {"c": {"type": "choice", "probabilities": {"a": 0.33, "b": 0.33, "d": 0.33}}}}"#
      )
    }
    let found = try await answer(
      engine(server.url),
      request(#"{"c": {"type": "choice", "criteria": {"a": null, "b": null, "d": null}}}"#))
    expectClose(
      found.readings[0]?.probabilities ?? [], [1 / 3, 1 / 3, 1 / 3], tolerance: 1e-6)
  }

  @Test func `a busy server is asked again, a refused request is an error of its own`()
    async throws
  {
    let server = try CannedServer {
      if $0.body?["state"] == "bad" { return .reply(status: 422, #"{"detail": "question 'c'"}"#) }
      return $0.number < 2
        ? .reply(status: 429, headers: ["Retry-After": "0"], "")
        : .reply(#"{"answers": {"c": {"type": "noul", "noul": 0.5}}}"#)
    }
    let engine = try engine(server.url)
    let requests = ["one", "bad", "two"].map { state in
      DecisionRequest(
        state: .string(state),
        questions: [
          DecisionQuestion(
            name: "c", kind: .noul, instructions: .null,
            options: ["true", "false"].map {
              DecisionQuestion.Option(name: $0, description: .null)
            })
        ])
    }
    let results = await engine.answers(requests, model: "m")
    #expect((try? results[0].get()) != nil)
    #expect((try? results[2].get()) != nil)
    let error = #expect(throws: TareError.self) { try results[1].get() }
    #expect(error?.exitCode == 65)
    #expect(error?.description.contains("question 'c'") == true)
  }

  @Test(arguments: [501, 404, 401])
  func `a server without the route, or without access, ends the work at once`(
    status: Int
  ) async throws {
    let server = try CannedServer { _ in .reply(status: status, "no") }
    let error = await #expect(throws: TareError.self) {
      try await answer(engine(server.url), request())
    }
    #expect(error?.exitCode == 69)
    #expect(error?.description.contains("status \(status)") == true)
    #expect(server.all.count == 1)
  }

  @Test
  func `a server that does not answer is unreachable after all attempts, and nothing more is sent`()
    async throws
  {
    let server = try CannedServer { _ in .close }
    var options = Self.impatient
    options.concurrency = 1
    let request = try request()
    let results = try await engine(server.url, "systemone", options).answers(
      [request, request, request], model: "m")
    for result in results {
      let error = #expect(throws: TareError.self) { try result.get() }
      #expect(error?.exitCode == 69)
    }
    #expect(server.all.count == 3)
  }

  @Test func `the model is the one that is listed, with its calibration`() async throws {
    let server = try CannedServer { _ in
      .reply(#"{"data": [{"id": "org/m", "calibration": "abc"}]}"#)
    }
    var options = Self.impatient
    options.model = nil
    let name = try await engine(server.url, "systemone", options).model()
    #expect(name.id == "org/m")
    #expect(name.whole == "org/m, calibrated by abc")
    let silent = try CannedServer { _ in .reply(status: 404, "") }
    #expect(try await engine(silent.url).model().id == "m")
  }
}
