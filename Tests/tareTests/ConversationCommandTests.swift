/// Conversations that are more than roles and texts, through every command.
import Foundation
import TareCore
import TareTesting
import Testing

@Suite struct ConversationCommandTests {
  private let workshop: Workshop
  private let template: String

  init() throws {
    workshop = try Workshop(pairs: 1)
    template = try workshop.folder.file(
      "style.jinja",
      Data(
        (#"{%- for m in messages %}{{ m.role }}: {{ m.content }}{% if m.tool_calls %}"#
          + #"<{{ m.tool_calls[0].function.name }}>{% endif %}{{ "\n" }}{% endfor %}"#
          + #"{% if tools %}({{ tools | length }}){% endif %}{% if style %}[{{ style }}]{% endif %}"#)
          .utf8))
  }

  private func model(_ more: [String] = []) -> [String] {
    [
      "--model", workshop.model, "--head", workshop.head, "--template", template, "--date",
      "2026-01-15",
    ] + more
  }

  private func file(_ name: String, _ lines: String...) throws -> String {
    try workshop.folder.file(name, Data(lines.map { $0 + "\n" }.joined().utf8))
  }

  private func rows(_ arguments: [String]) throws -> [JSONValue] {
    let result = try Program.run(arguments)
    #expect(result.status == 0, "\(result.error)")
    return try result.output.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
  }

  private let call = #"""
    {"role":"assistant","content":"","tool_calls":[{"function":{"name":"weather","arguments":{}}}]}
    """#

  // MARK: - Template variables

  @Test func `a row's variables go before those of the command line`() throws {
    let input = try file(
      "in.jsonl",
      #"{"prompt":"p","response":"r","chat_template_kwargs":{"style":"formal"}}"#,
      #"{"prompt":"p","response":"r"}"#)
    let tokenize = ["tokenize", input, "--model", workshop.model, "--template", template]
    let plain = "user: p\nassistant: r\n"
    #expect(try rows(tokenize).map { $0["text"]?.string } == [plain + "[formal]", plain])
    #expect(
      try rows(tokenize + ["--template-kwargs", #"{"style":"curt"}"#]).map { $0["text"]?.string }
        == [plain + "[formal]", plain + "[curt]"])
  }

  @Test(arguments: ["[1]", "{", #"{"tokenize":true}"#])
  func `what is no object of variables is wrong usage`(text: String) throws {
    for command in ["score", "tokenize", "rank", "pairs"] {
      let own = command == "tokenize" ? [] : ["--head", workshop.head]
      let result = try Program.run(
        [command, workshop.pairs, "--model", workshop.model, "--template-kwargs", text] + own)
      #expect(result.status == 64)
      #expect(result.error.contains("--template-kwargs \(text): JSON"), "\(result.error)")
    }
    let alone = try Program.run(["rank", workshop.pairs, "--template-kwargs", text])
    #expect(alone.status == 64)
    #expect(alone.error.contains("--template-kwargs requires --model"))
  }

  @Test func `variables are the run's, and another run's are refused`() throws {
    let store = workshop.folder.path("s.sqlite")
    func score(_ kwargs: String?) throws -> Program.Result {
      try Program.run(
        ["score", workshop.pairs, "--store", store, "--run", "r"] + model()
          + (kwargs.map { ["--template-kwargs", $0] } ?? []))
    }
    #expect(try score(#"{"style":"a","x":{"b":1,"a":2}}"#).status == 0)
    #expect(try score(#"{"x":{"a":2,"b":1},"style":"a"}"#).status == 0)
    let shown = try Program.run(["runs", "show", "r", "--store", store])
    #expect(
      try JSONValue(parsing: shown.output)["settings"]?["template_kwargs"]
        == ["style": "a", "x": ["a": 2, "b": 1]])
    for other in [#"{"style":"b"}"#, nil] {
      let refused = try score(other)
      #expect(refused.status == 64)
      #expect(refused.error.contains("setting template_kwargs"), "\(refused.error)")
    }
  }

  @Test func `a head keeps the variables that it was trained with`() throws {
    let pairs = try file(
      "train.jsonl",
      (0..<10).map { #"{"prompt":"p\#($0)","chosen":"yes \#($0)","rejected":"no"}"# }
        .joined(separator: "\n"))
    let head = workshop.folder.path("own.safetensors")
    let trained = try Program.run([
      "train-head", pairs, "--model", workshop.model, "--template", template, "--output", head,
      "--template-kwargs", #"{"style":"curt"}"#,
    ])
    #expect(trained.status == 0, "\(trained.error)")
    #expect(try JSONValue(parsing: trained.output)["template_kwargs"] == ["style": "curt"])
    func scores(_ more: [String] = []) throws -> [Double?] {
      try rows(
        ["score", pairs, "--model", workshop.model, "--template", template, "--head", head] + more
      ).map { $0["score"]?.double }
    }
    let own = try scores()
    #expect(try own == scores(["--template-kwargs", #"{"style":"curt"}"#]))
    #expect(try own != scores(["--template-kwargs", "{}"]))
  }

  // MARK: - Whole conversations

  @Test func `tool calls and tools go from score to pairs`() throws {
    let tools = #""tools":[{"type":"function","function":{"name":"weather"}}]"#
    let input = try file(
      "in.jsonl",
      #"{"id":"w",\#(tools),"prompt":[{"role":"user","content":"Oslo?"}],"chosen":[\#(call),"#
        + #"{"role":"tool","content":"3 C"},{"role":"assistant","content":"It is cold."}],"#
        + #""rejected":[{"role":"assistant","content":"No idea."}]}"#)
    let texts = try rows(["tokenize", input, "--model", workshop.model, "--template", template])
    #expect(
      texts.map { $0["text"]?.string } == [
        "user: Oslo?\nassistant: <weather>\ntool: 3 C\nassistant: It is cold.\n(1)",
        "user: Oslo?\nassistant: No idea.\n(1)",
      ])
    let (output, store) = (workshop.folder.path("out.jsonl"), workshop.folder.path("s.sqlite"))
    let scored = try Program.run(
      ["score", input, "-o", output, "--store", store, "--run", "r"] + model())
    #expect(scored.status == 0, "\(scored.error)")
    let lines = try String(contentsOfFile: output, encoding: .utf8)
    #expect(try lines == Program.run(["runs", "export", "r", "-", "--store", store]).output)
    for source in [[output], ["--store", store, "--run", "r"]] {
      let pair = try #require(try rows(["pairs"] + source).first)
      let sides = ["chosen", "rejected"].compactMap { pair[$0]?.array }
      #expect(sides.map(\.count).sorted() == [1, 3])
      let calls = try #require(sides.first { $0.count == 3 })
      #expect(calls[0] == (try JSONValue(parsing: call)))
      #expect(calls[1] == ["role": "tool", "content": "3 C"])
      #expect(pair["tools"]?.array?.count == 1)
      #expect(pair["prompt"] == [["role": "user", "content": "Oslo?"]])
      let plain = try Program.run(["pairs"] + source + ["--plain"])
      #expect(plain.status == 65)
      #expect(plain.error.contains("found 'tools'"), "\(plain.error)")
      let ranked = try #require(
        JSONValue(parsing: Program.run(["rank"] + source + ["--json"]).output).array?.first)
      let responses = ranked["ranked"]?.array?.compactMap { $0["response"] } ?? []
      #expect(responses.contains("No idea."))
      #expect(responses.contains { $0.array?.count == 3 })
    }
  }

  @Test func `score's output is what calibrate and pairs read`() throws {
    let workshop = try Workshop(pairs: 30)
    let scored = workshop.folder.path("scored.jsonl")
    let first = try Program.run(workshop.score("-o", scored))
    #expect(first.status == 0, "\(first.error)")
    let saved = workshop.folder.path("length.json")
    let calibrated = try Program.run([
      "calibrate", scored, "--method", "lowess", "--save", saved, "-o",
      workshop.folder.path("calibrated.jsonl"),
    ])
    #expect(calibrated.status == 0, "\(calibrated.error)")
    let pairs = try rows(["pairs", scored, "--calibration", saved])
    #expect(pairs.count == 30)
    let source = try String(contentsOfFile: workshop.pairs, encoding: .utf8)
      .split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    #expect(pairs[0]["prompt"] == [["role": "user", "content": source[0]["prompt"] ?? .null]])
  }

  @Test func `responses without prompts are told apart from scores without texts`() throws {
    let table = try file(
      "t.jsonl", #"{"prompt_id":"a","response":"x","score":1}"#,
      #"{"prompt_id":"a","response":"y","score":2}"#)
    let result = try Program.run(["pairs", table])
    #expect(result.status == 65)
    #expect(
      result.error.contains("found responses without their prompts: there is no column 'prompt'"))
  }

  // MARK: - What is told

  @Test func `a column that looks like text and is not used is named once`() throws {
    let input = try file(
      "in.jsonl", #"{"prompt":"p","response":"r","context":"Paris","source":"web"}"#,
      #"{"prompt":"q","response":"r","context":"Rome","source":"web"}"#)
    for command in [["score", input] + model(), ["tokenize", input, "--model", workshop.model]] {
      let result = try Program.run(command)
      #expect(result.status == 0)
      let notice =
        "in.jsonl: column 'context' looks like text and is not part of the scored input\n"
      #expect(result.error.components(separatedBy: notice).count == 2, "\(result.error)")
      #expect(!result.error.contains("source"))
    }
  }

  @Test func `texts that come again are told apart from those of the store`() throws {
    let input = try file(
      "in.jsonl", #"{"prompt":"p","response":"r"}"#, #"{"prompt":"p","response":"r"}"#,
      #"{"prompt":"p","response":"s"}"#)
    let alone = try Program.run(["score", input] + model())
    #expect(alone.error.contains("scored 2 of 3 responses"), "\(alone.error)")
    #expect(alone.error.contains("; 1 repeated within the input"))
    #expect(!alone.error.contains("store"))
    let store = ["--store", workshop.folder.path("s.sqlite")]
    let first = try file("first.jsonl", #"{"prompt":"p","response":"s"}"#)
    _ = try Program.run(["score", first, "--run", "a"] + store + model())
    let second = try Program.run(["score", input, "--run", "b"] + store + model())
    #expect(second.output.contains("scored 1 of 3 responses"), "\(second.output)")
    #expect(second.output.contains("; 1 repeated within the input; 1 already in the store"))
  }
}

/// The values of transformers 5.23.0 and torch.
@Suite(.enabled(if: ParityCheckpoints.isHere, "../shared/fixtures/parity.tar.gz is not here"))
struct ConversationScoreTests {
  private static let call = #"""
    {"role":"user","content":"Weather in Oslo?"},{"role":"assistant","content":"","tool_calls":[{"id":"c1",
    "type":"function","function":{"name":"get_weather","arguments":{"city":"Oslo"}}}]}
    """#.replacing("\n", with: "")
  private static let tools = #"""
    [{"type":"function","function":{"name":"get_weather","description":"w","parameters":{"type":"object",
    "properties":{"city":{"type":"string"}}}}}]
    """#.replacing("\n", with: "")

  @Test func `conversations with tools have the scores of the reference`() throws {
    let folder = try TemporaryFolder()
    let lines = [
      #"{"messages":[\#(Self.call),{"role":"tool","tool_call_id":"c1","content":"3 C"},"#
        + #"{"role":"assistant","content":"It is 3 degrees."}]}"#,
      #"{"messages":[\#(Self.call)]}"#,
      #"{"tools":\#(Self.tools),"messages":[{"role":"user","content":"Weather in Oslo?"},"#
        + #"{"role":"assistant","content":"No idea."}]}"#,
      #"{"instruction":"Translate to French.","input":"good morning","output":"bonjour"}"#,
      #"{"system":"Answer in French.","prompt":"Say hi","chosen":"salut","rejected":"hi"}"#,
      #"{"messages":[{"role":"user","content":"2+2?"},{"role":"assistant","content":"4"}],"#
        + #""rejected_response":"5"}"#,
    ]
    let wanted = [
      1.1185141, -0.4238717, 0.2343791, -0.0252183, 0.2412990, -0.0015436, -0.9675393, -1.0201004,
    ]
    let input = try folder.file("in.jsonl", Data(lines.joined(separator: "\n").utf8))
    let model = try ParityCheckpoints.folder("qwen3").path
    let result = try Program.run(["score", input, "--model", model])
    #expect(result.status == 0, "\(result.error)")
    let scores = try result.output.split(separator: "\n").map {
      try JSONValue(parsing: String($0))["score"]?.double ?? .nan
    }
    for (score, wanted) in zip(scores, wanted) {
      #expect(abs(score - wanted) < 2e-5, "\(score), not \(wanted)")
    }
    #expect(scores.count == wanted.count)
  }
}
