/// Typed questions over HTTP: System One's and OpenAI's requests, answers, errors and statuses.
import Foundation
import Hummingbird
import TareCore
import TareScoring
import TareServer
import TareServing
import TareTemplates
import TareTesting
import Testing

/// The tiny model's vocabulary has letters, and no "Yes": it answers choices and scores alone.
@Suite(.timeLimit(.minutes(5))) struct DecisionProtocolTests {
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
    _ path: String, _ body: String, rubric: RubricModel.Rubric? = nil
  ) async throws -> (status: Int, body: JSONValue) {
    let service = RewardService(
      try RubricModel(model, rubric: rubric), decisions: DecisionService(model))
    return try await buildApplication(service, ServerOptions()).test(.router) { client in
      try await client.execute(uri: path, method: .post, body: ByteBuffer(string: body)) {
        ($0.status.code, try JSONValue(parsing: String(buffer: $0.body)))
      }
    }
  }

  private let question =
    #""c": {"type": "choice", "instructions": "?", "criteria": {"a": null, "b": "x"}}"#

  @Test func `System One's answer is that of the model alone, with its tokens`() async throws {
    let request = "{\"state\": \"s\", \"questions\": {\(question)}}"
    let (status, body) = try await post("/v1/systemone", request)
    #expect(status == 200)
    let asked = try DecisionRequest(parsing: request)
    let reading = try model.answers([asked])[0][0]
    #expect(body["answers"]?["c"] == DecisionAnswer(asked.questions[0], reading).transformers)
    #expect(body["model"] == "tiny.gguf")
    #expect(
      body["usage"] == ["input_tokens": .int(reading.tokens), "output_tokens": 0])
  }

  @Test(arguments: [
    #"{"state": "s", "questions": {}}"#, #"{"state": 7, "questions": {"c": {"type": "noul"}}}"#,
    #"{"state": "s", "questions": {"c": {"type": "Noul"}}}"#, #"{"state": "s"}"#, "{",
    #"{"state": "s", "questions": {"c": {"type": "noul"}}, "extra": 1}"#,
    #"{"questions": {"c": {"type": "noul"}}}"#,
  ])
  func `a request that is none gets 422 and a detail`(body: String) async throws {
    let (status, answer) = try await post("/v1/systemone", body)
    #expect(status == 422)
    #expect(answer["detail"]?.array?.first?["loc"]?.array?.first == "body")
  }

  @Test func `a question that the model cannot be asked gets 400, another model's name 404`()
    async throws
  {
    let noul = #"{"state": "s", "questions": {"right": {"type": "noul"}}}"#
    let (status, answer) = try await post("/v1/systemone", noul)
    #expect(status == 400)
    #expect(answer["detail"]?.string?.contains("question 'right'") == true)
    let other = "{\"model\": \"other\", \"state\": \"s\", \"questions\": {\(question)}}"
    #expect(try await post("/v1/systemone", other).status == 404)
  }

  @Test func `OpenAI's questions are answered in their order, unnamed ones too`() async throws {
    let (status, body) = try await post(
      "/v1/decisions",
      """
      {"model": "tiny.gguf", "input": [{"role": "user", "content": [{"type": "input_text", \
      "text": "s"}]}], "questions": [
        {"type": "choice", "instructions": "?", "choices": [{"value": "b"}, {"value": true}]},
        {"type": "score", "name": "n", "instructions": "?",
         "levels": [{"label": "low"}, {"label": "high", "description": "most"}]}]}
      """)
    #expect(status == 200)
    let answers = body["answers"]?.array ?? []
    #expect(answers.map { $0["type"] } == ["choice", "score"])
    #expect(answers.map { $0["name"] } == [.null, "n"])
    #expect(answers[0]["probabilities"]?.array?.map { $0["value"] } == ["b", true])
    #expect(answers[1]["probabilities"]?.array?.map { $0["label"] } == ["low", "high"])
    for answer in answers {
      let shares = answer["probabilities"]?.array?.compactMap { $0["probability"]?.double } ?? []
      #expect(abs(shares.reduce(0, +) - 1) < 1e-6)
    }
    let usage = body["usage"]
    #expect(usage?["output_tokens"] == 2)
    #expect(usage?["total_tokens"]?.int == (usage?["input_tokens"]?.int ?? 0) + 2)
  }

  @Test(arguments: [
    #"{"input": "s", "questions": []}"#,
    #"{"input": "s", "questions": [{"type": "choice", "instructions": "?", "choices": [{"value": "a"}]}]}"#,
    #"{"input": "s", "questions": [{"type": "noul", "instructions": "?"}]}"#,
    #"{"input": "s", "questions": [{"type": "predicate"}]}"#,
    #"{"input": 1, "questions": [{"type": "predicate", "instructions": "?"}]}"#,
    #"{"input": "s", "questions": [{"type": "predicate", "instructions": "?"}], "prompt_cache_key": "k"}"#,
  ])
  func `what OpenAI's protocol does not have gets 400 and an error`(body: String) async throws {
    let (status, answer) = try await post("/v1/decisions", body)
    #expect(status == 400)
    #expect(answer["error"]?["message"]?.string?.isEmpty == false)
  }

  @Test func `a rubric's reward is served for messages, and refused for rendered texts`()
    async throws
  {
    let asked = try DecisionRequest.questions(JSONValue(parsing: "{\(question)}"))
    let rubric = RubricModel.Rubric(questions: asked) { conversation in
      .string(conversation.response)
    } reward: {
      $0[0].probabilities[1]
    }
    let (status, body) = try await post(
      "/classify",
      """
      {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "r"}], \
      "use_activation": false}
      """, rubric: rubric)
    #expect(status == 200, "\(body.text())")
    let reading = try model.answers([DecisionRequest(state: "r", questions: asked)])[0][0]
    let value = body["data"]?.array?.first?["probs"]?.array?.first?.double ?? .nan
    #expect(abs(value - Double(reading.probabilities[1])) < 1e-6)
    #expect(try await post("/classify", #"{"input": "text"}"#, rubric: rubric).status == 400)
  }
}
