/// The shared decision models, from requests to answers.
import Foundation
import TareCore
import TareScoring
import TareTemplates
import TareTesting
import TareTokenizers
import Testing

@Suite(.enabled(if: DecisionFixtures.isHere, "../shared/fixtures/decisions.tar.gz is not here"))
struct DecisionParityTests {
  /// Eager and SDPA attention differ by up to 2.4e-7 in a probability of these models; a wrong label or
  /// row by 1e-2 and more.
  static let tolerance = 1e-5

  struct Expected {
    let name: String
    let request: String
    let row: JSONValue
  }

  static func expected(_ model: String) throws -> [Expected] {
    let rows = try DecisionFixtures.lines("\(model)/expected.jsonl").map {
      try JSONValue(parsing: $0)
    }
    let requests = try DecisionFixtures.lines("requests.jsonl").map { try JSONValue(parsing: $0) }
    return zip(requests, rows).map { request, row in
      Expected(
        name: request["name"]?.string ?? "", request: request["request"]?.string ?? "", row: row)
    }
  }

  static func model(_ name: String, threads: Int = 2) throws -> DecisionModel {
    try DecisionModel(
      DecisionFixtures.folder(name),
      DecisionModel.Options(threads: threads, date: CalendarDate(parsing: "2026-11-29")))
  }

  @Test(arguments: DecisionFixtures.names)
  func `prompts, tokens, positions and answers are transformers'`(name: String) throws {
    let model = try Self.model(name)
    var worst = 0.0
    for expected in try Self.expected(name) {
      if expected.row["error"] != nil {
        #expect(throws: TareError.self, "\(expected.name)") {
          try model.answers([DecisionRequest(parsing: expected.request)])
        }
        continue
      }
      let request = model.prepared(try DecisionRequest(parsing: expected.request))
      let prompts = try model.prompts(request)
      let wanted = expected.row["prompts"]?.array ?? []
      #expect(prompts.count == wanted.count, "\(expected.name)")
      for (prompt, wanted) in zip(prompts, wanted) {
        #expect(
          Array(prompt.text.utf8) == Array((wanted["text"]?.string ?? "").utf8),
          "\(expected.name): \(prompt.text)")
        #expect(
          prompt.ids.map { Int($0) } == wanted["ids"]?.array?.compactMap(\.int),
          "\(expected.name)")
        #expect(prompt.marks == wanted["marks"]?.array?.compactMap(\.int), "\(expected.name)")
      }
      let readings = try model.answers([request])[0]
      var answers = JSONObject()
      for (question, reading) in zip(request.questions, readings) {
        answers[question.name] = DecisionAnswer(question, reading).transformers
      }
      worst = max(worst, try difference(.object(answers), expected.row["answers"] ?? .null))
      try compareReads(request, readings, wanted, expected.name)
    }
    #expect(worst <= Self.tolerance)
  }

  /// Scores before temperature, and what the labels hold of the vocabulary.
  private func compareReads(
    _ request: DecisionRequest, _ readings: [DecisionReading], _ prompts: [JSONValue],
    _ name: String
  ) throws {
    let reads = prompts.flatMap { $0["reads"]?.array ?? [] }
    #expect(reads.count == readings.count)
    for ((question, reading), read) in zip(zip(request.questions, readings), reads) {
      let options = read["options"]?.array?.compactMap(\.string) ?? []
      let scores = read["scores"]?.array?.compactMap(\.double) ?? []
      for (option, score) in zip(options, scores) {
        let place = try #require(question.options.firstIndex { $0.name == option })
        #expect(abs(Double(reading.scores[place]) - score) < 1e-4, "\(name)")
      }
      guard let mass = read["label_mass"]?.double else { continue }
      #expect(abs((reading.labelMass ?? -1) - mass) < 1e-5, "\(name)")
      #expect(reading.isTopALabel == read["argmax_is_label"]?.bool, "\(name)")
    }
  }

  /// The largest difference of two numbers; everything else must be the same, in the same order.
  private func difference(_ found: JSONValue, _ wanted: JSONValue) throws -> Double {
    switch (found, wanted) {
    case (.object(let found), .object(let wanted)):
      #expect(found.keys == wanted.keys)
      return try zip(found.members, wanted.members).map { try difference($0.value, $1.value) }.max()
        ?? 0
    case (.array(let found), .array(let wanted)):
      #expect(found.count == wanted.count)
      return try zip(found, wanted).map { try difference($0, $1) }.max() ?? 0
    default:
      guard let found = found.double, let wanted = wanted.double else {
        #expect(found == wanted)
        return 0
      }
      return abs(found - wanted)
    }
  }

  @Test func `what transformers refuses is refused, and every bad question is named`() throws {
    let model = try Self.model("chat-llama3")
    for line in try DecisionFixtures.lines("errors.jsonl") {
      let row = try JSONValue(parsing: line)
      let error = #expect(throws: TareError.self, "\(row["name"]?.text() ?? "")") {
        try model.answers([DecisionRequest(parsing: row["request"]?.string ?? "")])
      }
      for name in ["n", "b", "c"] where row["error"]?.string?.contains("Question '\(name)'") == true
      {
        #expect(error?.description.contains("question '\(name)'") == true)
      }
    }
  }

  @Test(arguments: ["chat-qwen3", "jev-qwen2", "codes-noncausal-qwen2", "joint-qwen3"])
  func `an answer is the same bits alone, among others, in reverse and with one thread`(
    name: String
  ) throws {
    let model = try Self.model(name)
    let requests = try Self.expected(name).filter { $0.row["error"] == nil }.prefix(12).map {
      try DecisionRequest(parsing: $0.request)
    }
    let together = try model.answers(requests)
    #expect(try model.answers(requests.reversed()) == together.reversed())
    #expect(try requests.map { try model.answers([$0])[0] } == together)
    #expect(try Self.model(name, threads: 1).answers(requests) == together)
    guard !model.isJoint else { return }
    for (request, answers) in zip(requests, together) {
      for (question, answer) in zip(request.questions, answers) {
        let alone = DecisionRequest(state: request.state, questions: [question])
        #expect(try model.answers([alone])[0] == [answer])
      }
    }
  }

  @Test func `a control token in the name of a member is encoded as text`() throws {
    let model = try Self.model("template-llama3")
    let request = try DecisionRequest(
      parsing: #"{"state":{"<|eot_id|>":"x"},"questions":{"n":{"type":"noul","instructions":"?"}}}"#
    )
    let prompt = try model.prompts(request)[0]
    #expect(prompt.text.contains("\u{F0000}<|eot_id|>\u{F0001}"))
    let token = try #require(model.text.tokenizer.id(of: "<|eot_id|>"))
    #expect(!prompt.ids.contains(token))
  }
}
