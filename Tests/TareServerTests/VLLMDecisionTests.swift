/// Typed questions as vLLM asks and answers them, and calibrated ones.
import Foundation
import Hummingbird
import TareCalibration
import TareCore
import TareScoring
import TareServer
import TareServing
import TareTemplates
import TareTesting
import Testing

/// The tiny model's vocabulary has letters and digits, and no "yes".
@Suite(.timeLimit(.minutes(5))) struct VLLMDecisionTests {
  private let folder: TemporaryFolder
  private let model: DecisionModel

  init() throws {
    folder = try TemporaryFolder()
    let file = try folder.file("tiny.gguf", TinyModel.gguf())
    model = try DecisionModel(
      URL(filePath: file),
      DecisionModel.Options(threads: 1, date: CalendarDate(parsing: "2026-11-29")))
  }

  private func post(
    _ path: String, _ body: String, speaksAsVLLM: Bool = true,
    calibration: ProbabilityCalibration? = nil
  ) async throws -> (status: Int, body: JSONValue, calibration: String?) {
    let probabilities = calibration.map { ServedProbabilities($0) }
    let service = RewardService(
      try RubricModel(model, rubric: nil),
      decisions: DecisionService(model, probabilities: probabilities))
    var options = ServerOptions()
    options.speaksAsVLLM = speaksAsVLLM
    return try await buildApplication(service, options).test(.router) { client in
      try await client.execute(uri: path, method: .post, body: ByteBuffer(string: body)) {
        (
          $0.status.code, try JSONValue(parsing: String(buffer: $0.body)),
          $0.headers[.init("Tare-Calibration")!]
        )
      }
    }
  }

  // MARK: - Prompts

  private func content(_ question: DecisionQuestion, _ state: JSONValue = "s") throws -> String {
    let prompt = try model.prompts(DecisionRequest(state: state, questions: [question]), .vllm)[0]
    let start = "<|im_start|>user\n"
    #expect(prompt.text.hasPrefix(start))
    return String(prompt.text.dropFirst(start.count).prefix { $0 != "<" })
  }

  @Test func `the prompts are vLLM's`() throws {
    let options: [DecisionQuestion.Option] = [
      .init(name: "a", description: .null), .init(name: "b", description: "bad"),
    ]
    #expect(
      try content(
        DecisionQuestion(name: "q", kind: .choice, instructions: "Which?", options: options),
        ["k": [1.0, .null]])
          == """
          {"k": [1.0, null]}

          Question: Which?
          A: a
          B: b - bad
          Answer with the letter of one option only.
          """)
    #expect(
      try content(
        DecisionQuestion(
          name: "q", kind: .score, instructions: .null,
          options: [
            .init(name: "0", description: "low"), .init(name: "1", description: ["a": 1]),
          ]))
          == """
          s

          0: low
          1: {'a': 1}
          Answer with the number of one level only.
          """)
    let noul = DecisionQuestion(
      name: "q", kind: .noul, instructions: "Right?",
      options: [
        .init(name: "true", description: "it is"), .init(name: "false", description: .null),
      ])
    #expect(
      try content(noul) == "s\n\nQuestion: Right?\nyes: it is\nno\nAnswer with yes or no only.")
    let error = #expect(throws: TareError.self) {
      try model.answers([(request: DecisionRequest(state: "s", questions: [noul]), form: .vllm)])
    }
    #expect(error?.description.contains("labels yes, no") == true)
  }

  @Test func `a system message comes first, and control tokens stay text`() throws {
    var request = DecisionRequest(
      state: "s<|im_end|>",
      questions: [
        DecisionQuestion(
          name: "q", kind: .score, instructions: .null,
          options: [.init(name: "0", description: "l"), .init(name: "1", description: "h")])
      ])
    request.system = "Be<|im_start|> brief."
    let prompt = try model.prompts(request, .vllm)[0]
    #expect(prompt.text.hasPrefix("<|im_start|>system\nBe"))
    let specials = prompt.ids.filter { $0 < 3 }.count
    request.system = "Be brief."
    request.state = "s"
    #expect(try model.prompts(request, .vllm)[0].ids.filter { $0 < 3 }.count == specials)
  }

  // MARK: - Requests

  private static let questions = #"""
    {"c": {"type": "choice", "instructions": "?", "criteria": {"a": null, "b": 7}},
     "l": {"type": "score", "criteria": ["low", "high"]}}
    """#

  @Test func `vLLM's System One answers with its confidence and diagnostics`() async throws {
    let (status, body, _) = try await post(
      "/v1/systemone",
      #"{"state": null, "instructions": "Be fair.", "questions": \#(Self.questions)}"#)
    #expect(status == 200, "\(body.text())")
    #expect(body["object"] == "structured_decision")
    #expect(body["usage"]?["output_tokens"] == 2)
    for (name, key) in [("c", "choice"), ("l", "score")] {
      let answer = try #require(body["answers"]?[name])
      #expect(answer["type"]?.string == key)
      let shares = answer["probabilities"]?.object?.members.compactMap { $0.value.double } ?? []
      #expect(abs(shares.reduce(0, +) - 1) < 1e-6)
      let mass = try #require(body["diagnostics"]?[name]?["label_mass"]?.double)
      #expect(abs((answer["confidence"]?.double ?? -1) - (shares.max() ?? 0) * mass) < 1e-9)
    }
    #expect(body["answers"]?["l"]?["legend"] == ["0": "low", "1": "high"])
  }

  @Test(arguments: [
    #"{"state": "s", "questions": {"c": {"type": "choice", "criteria": []}}}"#,
    #"{"state": "s", "questions": {"l": {"type": "score", "criteria": ["one"]}}}"#,
    #"{"state": "s", "questions": {"l": {"type": "score", "criteria": ["one", "one"]}}}"#,
    #"{"state": "s", "questions": {"n": {"type": "noul", "criteria": {"maybe": "x"}}}}"#,
    #"{"state": "s", "questions": {"n": {"type": "noul", "extra": 1}}}"#,
    #"{"state": "s", "questions": {"": {"type": "noul"}}}"#,
    #"{"state": "s", "questions": {}}"#, #"{"questions": {"n": {"type": "noul"}}}"#, "{",
    #"{"state": "s", "images": ["x"], "questions": {"n": {"type": "noul"}}}"#,
    #"{"state": "s", "other": 1, "questions": {"n": {"type": "noul"}}}"#,
    #"{"state": "s", "joint": true, "questions": {"n": {"type": "noul"}}}"#,
    #"""
    {"state": "s", "chat_template_kwargs": {"enable_thinking": true},
     "questions": {"n": {"type": "noul"}}}
    """#,
  ])
  func `what vLLM refuses gets 400 and an error`(body: String) async throws {
    let (status, answer, _) = try await post("/v1/systemone", body)
    #expect(status == 400)
    #expect(answer["error"]?["message"]?.string?.isEmpty == false)
    #expect(answer["error"]?["code"] == 400)
  }

  @Test func `OpenAI's predicate is asked as a choice of false and true`() async throws {
    let (status, body, _) = try await post(
      "/v1/decisions",
      #"""
      {"model": "tiny.gguf", "input": [{"role": "user", "content": "one"},
       {"role": "user", "content": "two"}],
       "questions": [{"type": "predicate", "name": "p", "instructions": "Right?"},
        {"type": "score", "instructions": "?",
         "levels": [{"label": "low"}, {"label": "high", "description": "most"}]}]}
      """#)
    #expect(status == 200, "\(body.text())")
    let asked = DecisionRequest(
      state: "one\n\ntwo",
      questions: [
        DecisionQuestion(
          name: "p", kind: .choice, instructions: "Right?",
          options: [
            .init(name: "false", description: .null), .init(name: "true", description: .null),
          ]),
        DecisionQuestion(
          name: "s", kind: .choice, instructions: "?",
          options: [
            .init(name: "low", description: .null), .init(name: "high", description: "most"),
          ]),
      ])
    let readings = try model.answers([(request: asked, form: .vllm)])[0]
    #expect(
      body["answers"]?.array?[0]["probability"]?.double == Double(readings[0].probabilities[1]))
    #expect(body["answers"]?.array?[1]["score"]?.double == Double(readings[1].probabilities[1]))
  }

  // MARK: - Calibration

  private static let calibration = ProbabilityCalibration(
    questions: [
      QuestionCalibration(
        name: "c", type: .choice, options: ["a", "b"], map: .temperature(4), heldOut: [:], rows: 9,
        prompts: 9)
    ], folds: 5, seed: 1, data: "d", date: "2026-11-30")

  @Test func `calibrated answers go through their question's map, on both routes alike`()
    async throws
  {
    let systemOne = #"""
      {"state": "s", "questions":
       {"c": {"type": "choice", "instructions": "?", "criteria": {"a": null, "b": null}}}}
      """#
    let raw = try await post("/v1/systemone", systemOne, speaksAsVLLM: false)
    let mapped = try await post(
      "/v1/systemone", systemOne, speaksAsVLLM: false, calibration: Self.calibration)
    func shares(_ body: JSONValue) -> [Double] {
      body["answers"]?["c"]?["probabilities"]?.object?.members.compactMap { $0.value.double } ?? []
    }
    expectClose(
      shares(mapped.body), ProbabilityMap.temperature(4).apply(shares(raw.body)), tolerance: 1e-6)
    #expect(raw.calibration == nil)
    #expect(mapped.calibration == "probabilities \(Self.calibration.id)")
    let decisions = try await post(
      "/v1/decisions",
      #"""
      {"input": "s", "questions": [{"type": "choice", "name": "c", "instructions": "?",
       "choices": [{"value": "a"}, {"value": "b"}]}]}
      """#, calibration: Self.calibration)
    let other = decisions.body["answers"]?.array?.first?["probabilities"]?.array
    expectClose(
      other?.compactMap { $0["probability"]?.double } ?? [], shares(mapped.body), tolerance: 0)
  }

  @Test func `a question that the calibration does not know is refused by its name`() async throws {
    let (status, body, _) = try await post(
      "/v1/systemone",
      #"{"state": "s", "questions": {"l": {"type": "score", "criteria": ["low", "high"]}}}"#,
      speaksAsVLLM: false, calibration: Self.calibration)
    #expect(status == 400)
    #expect(body.text().contains("question 'l'"))
    #expect(throws: TareError.self) {
      try RubricModel(
        model,
        rubric: RubricModel.Rubric(
          questions: [
            DecisionQuestion(
              name: "other", kind: .score, instructions: "?",
              options: [.init(name: "0", description: "l"), .init(name: "1", description: "h")])
          ], state: { _ in .null }, reward: { _ in 0 }),
        probabilities: ServedProbabilities(Self.calibration))
    }
  }
}
