/// The shared parity checkpoints, from messages to scores.
import Foundation
import TareCore
import TareEngine
import TareScoring
import TareTemplates
import TareTesting
import Testing

@Suite(.enabled(if: ParityCheckpoints.isHere, "../shared/fixtures/parity.tar.gz is not here"))
struct ParityTests {
  /// Scores of texts of up to some hundred tokens: float32 implementations that sum in other orders
  /// differ by about 1e-6 here, a wrong switch by 1e-2 and more; between them lies 2e-4.
  static let tolerance: Float = 2e-4

  struct Case {
    let conversation: Conversation
    let text: String?
    let ids: [Int32]
    /// One score, or one for each step; empty where the template refuses.
    let scores: [Float]
    let refusal: String?
  }

  static func cases(_ name: String) throws -> [Case] {
    let file = try ParityCheckpoints.folder(name).appending(path: "cases.jsonl")
    return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map { line in
      let row = try JSONValue(parsing: String(line))
      let messages = (row["messages"]?.array ?? []).map {
        Message(role: $0["role"]?.string ?? "", content: $0["content"]?.string ?? "")
      }
      let scores = row["score"]?.array ?? row["score"].map { [$0] } ?? []
      return Case(
        conversation: Conversation(messages: messages), text: row["text"]?.string,
        ids: (row["ids"]?.array ?? []).compactMap(\.int).map { Int32($0) },
        scores: scores.compactMap(\.double).map { Float($0) }, refusal: row["error"]?.string)
    }
  }

  static func model(_ name: String, buffers: BufferPrecision) throws -> (
    RewardModel, ScoringOptions
  ) {
    let text = try TextModel(ParityCheckpoints.folder(name), buffers: buffers)
    let model = try RewardModel(text, head: LoadedHead(.own, of: text), threads: 2)
    return (
      model,
      ScoringOptions(
        readRule: model.readRule ?? .huggingFace, date: try CalendarDate(parsing: "2026-11-23"))
    )
  }

  /// The references were made from models that had been cast to their stored type as a whole: hence
  /// the buffers.
  @Test(arguments: ParityCheckpoints.names)
  func `text, ids and scores are the reference's`(name: String) throws {
    let (model, options) = try Self.model(name, buffers: .stored)
    var worst: Float = 0
    for parity in try Self.cases(name) {
      if let refusal = parity.refusal {
        let error = #expect(throws: TareError.self) {
          try model.text.tokenize(parity.conversation, options)
        }
        #expect(error?.description.contains(refusal) == true)
        continue
      }
      let tokens = try model.text.tokenize(parity.conversation, options)
      #expect(tokens.text == parity.text)
      #expect(tokens.ids == parity.ids)
      let score = try model.score([tokens])[0]
      let found = score.steps.isEmpty ? [score.value] : score.steps.map(\.value)
      expectClose(found, parity.scores, tolerance: Self.tolerance)
      worst = max(worst, zip(found, parity.scores).map { abs($0 - $1) }.max() ?? 0)
    }
    #expect(worst <= Self.tolerance)
  }

  @Test func `loaded as transformers loads them in float32, scores are transformers'`() throws {
    let file = projectFolder.appending(path: "Tests/TareScoringTests/Fixtures/parity_float32.json")
    let reference = try JSONValue(parsing: Array(Data(contentsOf: file))).object ?? [:]
    #expect(reference.count == 8)
    for (name, scores) in reference.members {
      let (model, options) = try Self.model(name, buffers: .float32)
      let conversations = try Self.cases(name).filter { $0.refusal == nil }.map {
        try model.text.tokenize($0.conversation, options)
      }
      expectClose(
        try model.score(conversations).map(\.value),
        (scores.array ?? []).compactMap(\.double).map { Float($0) }, tolerance: Self.tolerance)
    }
  }

  @Test func `steps are scored one by one, and the way to one score can be chosen`() throws {
    let (model, options) = try Self.model("qwen2_prm", buffers: .stored)
    let parity = try #require(try Self.cases("qwen2_prm").first { $0.scores.count > 2 })
    guard case .step(let id, .min) = options.readRule else {
      Issue.record("the read rule is \(options.readRule)")
      return
    }
    for way in ReadRule.StepsToScore.allCases {
      var options = options
      options.readRule = .step(id, way)
      let tokens = try model.text.tokenize(parity.conversation, options)
      let score = try model.score([tokens])[0]
      #expect(score.steps.allSatisfy { tokens.ids[$0.position] == id })
      #expect(score.value == way.score(score.steps.map(\.value)))
      #expect(score.readAt == score.steps.last?.position)
    }
  }
}
