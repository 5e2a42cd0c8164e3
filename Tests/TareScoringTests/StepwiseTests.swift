/// Reward models that read a conversation in a form of their own, against their published code.
/// `Fixtures/steps.py` made the folders and their references.
import Foundation
import TareCore
import TareEngine
import TareScoring
import TareTemplates
import TareTesting
import Testing

@Suite struct StepwiseTests {
  private static let root = projectFolder.appending(path: "Tests/TareScoringTests/Fixtures/steps")

  private struct Row {
    let conversation: Conversation
    let steps: [String]
    let ids: [Int32]
    let positions: [Int]
    let scores: [Float]
  }

  private func rows(_ name: String, _ file: String = "reference.json") throws -> [Row] {
    let url = Self.root.appending(path: "\(name)/\(file)")
    let reference = try JSONValue(parsing: Array(Data(contentsOf: url)))
    return try (reference["rows"]?.array ?? []).map { row in
      var prompt = [Message.user(row["prompt"]?.string ?? "")]
      if let messages = row["messages"]?.array { prompt = try messages.map { try Message($0) } }
      var context = TemplateContext()
      if let answer = row["reference"] { context.variables = ["reference": answer] }
      return Row(
        conversation: Conversation(
          prompt: prompt, response: row["response"]?.string ?? "", context: context),
        steps: (row["steps"]?.array ?? []).compactMap(\.string),
        ids: (row["ids"]?.array ?? []).compactMap(\.int).map { Int32($0) },
        positions: (row["positions"]?.array ?? []).compactMap(\.int),
        scores: (row["scores"]?.array ?? []).compactMap(\.double).map { Float($0) })
    }
  }

  private func options(
    _ text: TextModel, _ model: RewardModel, _ read: String?
  ) throws -> ScoringOptions {
    let rule = try read.map { try ReadRule(parsing: $0) { text.token($0) } }
    return ScoringOptions(
      readRule: rule ?? model.readRule ?? .huggingFace,
      date: try CalendarDate(parsing: "2026-01-31"))
  }

  /// Head, output and score position as a user gives them; nil for what the model's files say.
  private struct Case: CustomStringConvertible, Sendable {
    let name: String
    var file = "reference.json"
    var head: String?
    var output: OutputChoice?
    var read: String?
    /// A file beside the model.
    var template: String?
    var description: String { "\(name) \(read ?? "")" }
  }

  private static let cases = [
    Case(name: "rlhflow", file: "reference_prm.json", head: "yes-no:+,-", read: "turns:+"),
    Case(name: "rlhflow", file: "reference_orm.json", head: "yes-no:+,-", read: "turn:+"),
    Case(
      name: "shepherd", head: "yes-no:+,-", read: "step:<cls>", template: "shepherd.jinja"),
    Case(name: "trl", output: .margin, read: "trl-steps"),
    Case(name: "trl_bos", output: .margin, read: "trl-steps:last"),
    Case(name: "skywork"), Case(name: "athene"), Case(name: "polar"),
  ]

  @Test(arguments: cases)
  private func `tokens, positions and scores are those of the published code`(kind: Case) throws {
    let folder = Self.root.appending(path: kind.name)
    let text = try TextModel(
      folder, template: kind.template.map { folder.appending(path: $0).path })
    let model = try RewardModel(
      text, head: LoadedHead(HeadChoice(parsing: kind.head), of: text), output: kind.output,
      threads: 2)
    let options = try options(text, model, kind.read)
    let rows = try rows(kind.name, kind.file)
    #expect(rows.count > 2)
    let texts = try rows.map { try text.tokenize($0.conversation, options) }
    let together = try model.score(texts)
    for (row, (tokens, score)) in zip(rows, zip(texts, together)) {
      #expect(tokens.ids == row.ids)
      #expect(tokens.positions == row.positions)
      let found = score.steps.isEmpty ? [score.value] : score.steps.map(\.value)
      expectClose(found, row.scores, tolerance: 2e-4)
      if let way = options.readRule.stepsToScore {
        #expect(score.value == way.score(score.steps.map(\.value)))
      }
      // Alone the same bits.
      #expect(try model.score([tokens])[0].value == score.value)
    }
  }

  @Test func `steps of a file become the response that is divided into them again`() throws {
    let text = try TextModel(Self.root.appending(path: "trl"))
    var options = ScoringOptions(
      readRule: .pieces(.trl, .min), date: try CalendarDate(parsing: "2026-01-31"))
    for row in try rows("trl") {
      let response = try text.response(ofSteps: row.steps, options)
      let tokens = try text.tokenize(
        Conversation(prompt: row.conversation.prompt, response: response), options)
      #expect(tokens.ids == row.ids)
    }
    let error = #expect(throws: TareError.self) {
      try text.response(ofSteps: ["One.", "Two,\nand more."], options)
    }
    #expect(error?.description.contains("step separator") == true)
    options.readRule = .turns(5, .min)
    #expect(try text.response(ofSteps: ["a", "b\nc"], options) == "a\n\nb\nc")
  }

  @Test func `a text that is too long keeps its steps, or is refused`() throws {
    let text = try TextModel(Self.root.appending(path: "trl_bos"))
    var options = ScoringOptions(
      readRule: .pieces(.trl, .min), date: try CalendarDate(parsing: "2026-01-31"))
    let row = try #require(try rows("trl_bos").first)
    let whole = try text.tokenize(row.conversation, options)
    options.maxTokens = row.ids.count - 3
    let left = try text.tokenize(row.conversation, options)
    #expect(left.ids == Array(row.ids.prefix(1) + row.ids.dropFirst(4)) && left.truncated)
    #expect(left.positions == whole.positions.map { $0 - 3 })
    options.truncation = .right
    let right = try text.tokenize(row.conversation, options)
    #expect(right.ids == Array(row.ids.dropLast(3)) && right.hasUnreadStep)
    #expect(right.positions == Array(whole.positions.dropLast()))
    for (way, limit) in [
      (ScoringOptions.Truncation.left, 12), (.right, 12), (.error, row.ids.count - 1),
    ] {
      options.truncation = way
      options.maxTokens = limit
      #expect(throws: TareError.self) { try text.tokenize(row.conversation, options) }
    }
  }

  @Test func `what a rule has no form for is refused`() throws {
    let text = try TextModel(Self.root.appending(path: "trl"))
    var options = ScoringOptions(
      readRule: .pieces(.trl, .min), date: try CalendarDate(parsing: "2026-01-31"))
    let pair = Conversation(prompt: [.user("Hi")], response: "Hello")
    let longer = Conversation(
      prompt: [.system("Be brief."), .user("Hi")], response: "Hello")
    #expect(throws: TareError.self) { try text.tokenize(longer, options) }
    #expect(throws: TareError.self) { try text.tokenize(rendered: "Hi\nHello\n", options) }
    options.specialTokens = .text
    let error = #expect(throws: TareError.self) { try text.tokenize(pair, options) }
    #expect(error?.exitCode == 64)
    // A label that is not one token of the text.
    options.specialTokens = .keep
    options.readRule = .turns(try #require(text.token("two")), .min)
    #expect(try text.tokenize(pair, options).positions.count == 1)
    options.readRule = .turns(try #require(text.token("tw")), .min)
    #expect(try text.tokenize(pair, options).positions.count == 1)
  }

  @Test func `POLAR wants a reference answer, and reads no other template unasked`() throws {
    let folder = Self.root.appending(path: "polar")
    let text = try TextModel(folder)
    #expect(text.referenceVariable == "reference")
    let options = ScoringOptions(readRule: .last, date: try CalendarDate(parsing: "2026-01-31"))
    let error = #expect(throws: TareError.self) {
      try text.tokenize(Conversation(prompt: [.user("Hi")], response: "Hello"), options)
    }
    #expect(error?.description.contains("reference answer") == true)
    let other = try TextModel(folder, template: "default")
    #expect(other.referenceVariable == nil)
    #expect(
      try other.tokenize(Conversation(prompt: [.user("Hi")], response: "Hello"), options)
        .text.contains("<|start|>"))
  }
}
