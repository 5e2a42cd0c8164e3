/// Bodies of requests with changed bytes, to every endpoint.
import Foundation
import Hummingbird
import TareCore
import TareScoring
import TareServer
import TareServing
import TareTemplates
import TareTesting
import Testing

@Suite struct RequestsFuzzTests {
  private static let bodies: [(path: String, body: String)] = [
    ("/get_reward", #"{"query": ["a b", "c"], "prompts": ["", ""]}"#),
    ("/classify", #"{"model": "m", "input": ["a", "b"], "truncate_prompt_tokens": 4}"#),
    ("/pooling", #"{"input": "text", "encoding_format": "base64", "task": "classify"}"#),
    ("/score", #"{"text_1": "a", "text_2": ["b", "c"]}"#),
    ("/rerank", #"{"query": "q", "documents": ["a", {"text": "b"}], "top_n": 1}"#),
    (
      "/v1/chat/completions",
      #"{"messages": [{"role": "user", "content": [{"type": "text", "text": "x"}]}]}"#
    ),
    ("/predict", #"{"inputs": [["a", "b"]], "raw_scores": true, "truncate": true}"#),
    ("/tokenize", #"{"prompt": "a", "add_special_tokens": false}"#),
    ("/detokenize", #"{"tokens": [1, 2, 300]}"#),
  ]

  private static let words = [
    "\"messages\"", "\"role\"", "\"content\"", "\"input\"", "\"model\"", "\"query\"", "\"tools\"",
    "\"chat_template\"", "\"dimensions\"", "\"activation\"", "<|im_end|>",
  ]

  /// - Throws: a fault for an answer of the server's own failure.
  private static func check(_ status: HTTPResponse.Status, _ path: String) throws {
    guard status.code >= 500 || status.code < 200 else {
      guard status.code < 300 else {
        throw TareError.badData(place: path, found: "\(status.code)", accepted: "200")
      }
      return
    }
    throw TareError.fault("\(path): status \(status.code)")
  }

  private func search(
    _ name: String, _ bodies: [(path: String, body: String)], words: [String], rounds: Int,
    _ application: some ApplicationProtocol
  ) async throws {
    let paths = bodies.map(\.path)
    // A request that is awaited shares its threads with tests beside it: only alone it has a time.
    let isAlone = ProcessInfo.processInfo.environment["FUZZ_TARGET_SECONDS"] != nil
    let target = FuzzTarget(
      name, seeds: bodies.map { Array($0.body.utf8) }, words: words, rounds: rounds,
      slowest: isAlone ? 5 : .infinity
    ) { bytes in
      try await application.test(.router) { client in
        // By the input's own length, so that an input is always sent to the same endpoint.
        for path in [paths[bytes.count % paths.count], paths[(bytes.count / 7) % paths.count]] {
          try await client.execute(uri: path, method: .post, body: ByteBuffer(bytes: bytes)) {
            try Self.check($0.status, path)
          }
        }
      }
    }
    let outcome = try await target.run()
    #expect(outcome.faults.isEmpty)
    #expect(outcome.refused > 0, "\(outcome)")
  }

  @Test(.timeLimit(.minutes(90)))
  func `changed bodies are answered or refused`() async throws {
    let tiny = try TinyReward()
    try await search(
      "http", Self.bodies, words: Self.words, rounds: 200, buildApplication(tiny.service))
  }

  @Test(.timeLimit(.minutes(90)))
  func `changed decision requests are answered or refused`() async throws {
    let folder = try TemporaryFolder()
    let file = try folder.file("tiny.gguf", TinyModel.gguf())
    let model = try DecisionModel(
      URL(filePath: file),
      DecisionModel.Options(threads: 1, date: CalendarDate(parsing: "2026-11-29")))
    let service = try RewardService(
      RubricModel(model, rubric: nil), decisions: DecisionService(model))
    let question =
      #""c": {"type": "choice", "instructions": "?", "criteria": {"a": null, "b": "x"}}"#
    let score = #""s": {"type": "score", "criteria": {"1": "low", "2": null, "5": "high"}}"#
    try await search(
      "decision",
      [
        ("/v1/systemone", "{\"state\": \"s\", \"questions\": {\(question), \(score)}}"),
        (
          "/v1/systemone",
          "{\"state\": [{\"role\": \"user\", \"content\": \"x\"}], \"questions\": {\(score)}}"
        ),
      ],
      words: [
        "\"noul\"", "\"choice\"", "\"score\"", "\"criteria\"", "\"instructions\"", "\"state\"",
      ],
      rounds: 200, buildApplication(service))
  }
}
