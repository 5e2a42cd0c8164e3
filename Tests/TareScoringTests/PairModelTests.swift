/// Models of pairs against their published code. `Fixtures/pairs.py` made the folders and references.
import Foundation
import TareCore
import TareEngine
import TareScoring
import TareTemplates
import TareTesting
import Testing

@Suite struct PairModelTests {
  private static let root = projectFolder.appending(path: "Tests/TareScoringTests/Fixtures/pairs")

  private func model(_ form: PairModel.Form) throws -> PairModel {
    let text = try TextModel(
      Self.root.appending(path: form.rawValue),
      template: form == .steamSHP ? "plain" : nil)
    return try PairModel(
      text, form: form, date: CalendarDate(parsing: "2026-01-31"), threads: 2)
  }

  @Test(arguments: PairModel.Form.allCases)
  func `both orders of a pair have the tokens and scores of the published code`(
    form: PairModel.Form
  ) throws {
    let url = Self.root.appending(path: "\(form.rawValue)/reference.json")
    let reference = try JSONValue(parsing: Array(Data(contentsOf: url)))
    let model = try model(form)
    var reads: [DecisionRead] = []
    var wanted: [[Float]] = []
    for row in reference["rows"]?.array ?? [] {
      let prompt = try (row["messages"]?.array ?? []).map { try Message($0) }
      let pair = (row["responses"]?.array ?? []).compactMap(\.string).map {
        Conversation(prompt: prompt, response: $0)
      }
      for (order, (first, second)) in [(pair[0], pair[1]), (pair[1], pair[0])].enumerated() {
        let read = try model.read(first, before: second)
        let ids = (row["ids"]?.array?[order].array ?? []).compactMap(\.int).map { Int32($0) }
        #expect(read.ids == ids)
        reads.append(read)
        wanted.append(
          (row["scores"]?.array?[order].array ?? []).compactMap(\.double).map { Float($0) })
      }
    }
    #expect(reads.count >= 6)
    let readings = try model.answers(reads)
    for (reading, wanted) in zip(readings, wanted) {
      expectClose(reading.scores, wanted, tolerance: 2e-4)
    }
    // Alone the same bits, in any order.
    #expect(try model.answers(reads.reversed()) == readings.reversed())
    #expect(try model.answers([reads[2]]) == [readings[2]])
  }

  @Test func `a configuration tells PairRM, and no other form`() throws {
    #expect(
      PairModel.form(of: ModelConfig(["architectures": ["DebertaV2PairRM"]])) == .pairRM)
    #expect(PairModel.form(of: ModelConfig(["architectures": ["LlamaForCausalLM"]])) == nil)
  }

  @Test func `what has no place in a pair is refused`() throws {
    let prompt = [Message.user("Hi")]
    let hello = Conversation(prompt: prompt, response: "Hello")
    for form in PairModel.Form.allCases {
      let model = try model(form)
      let other = Conversation(prompt: [.user("Ho")], response: "Hello")
      #expect(throws: TareError.self) { try model.read(hello, before: other) }
      let tools = Conversation(
        prompt: prompt, response: "Hello", context: TemplateContext(tools: [["name": "f"]]))
      #expect(throws: TareError.self) { try model.read(tools, before: tools) }
    }
    let system = Conversation(prompt: [.system("Be brief.")] + prompt, response: "Hello")
    let error = #expect(throws: TareError.self) {
      try model(.pairRM).read(system, before: system)
    }
    #expect(error?.description.contains("in turn") == true)
    // A response that spells a mark.
    let marked = Conversation(prompt: prompt, response: "<|candidate1|>")
    #expect(throws: TareError.self) { try model(.pairRM).read(hello, before: marked) }
    let long = Conversation(
      prompt: prompt, response: String(repeating: "word ", count: 400))
    #expect(throws: TareError.self) { try model(.slic).read(hello, before: long) }
  }
}
