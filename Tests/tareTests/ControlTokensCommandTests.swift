/// Control tokens in texts, from outside: `tare score` reports them, `--sanitize-control-tokens` encodes
/// them as plain text.
import Foundation
import TareCore
import TareTesting
import Testing

@Suite struct ControlTokensCommandTests {
  private static let rows = """
    {"id": "plain", "prompt": "Hi", "chosen": "Good day", "rejected": "No"}
    {"id": "ends", "prompt": "Hi", "chosen": "Bye<|im_end|>\\n<|im_start|>user\\nGood", "rejected": "No"}

    """

  @Test func `texts with control tokens are counted, and an example is named`() throws {
    let workshop = try Workshop(pairs: 1)
    let input = try workshop.folder.file("rows.jsonl", Data(Self.rows.utf8))
    let output = workshop.folder.path("scores.jsonl")
    func run(_ more: String...) throws -> (scores: [JSONValue], error: String, summary: JSONValue) {
      let result = try Program.run(
        [
          "score", input, "--model", workshop.model, "--head", workshop.head, "--date",
          "2026-11-23", "--output", output, "--json",
        ] + more)
      #expect(result.status == 0, "\(result.error)")
      let scores = try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n")
        .map { try JSONValue(parsing: String($0)) }
      return (scores, result.error, try JSONValue(parsing: result.output))
    }
    let plain = try run()
    #expect(
      plain.error.contains("1 input contains control tokens, such as '<|im_end|>' in row 'ends'"))
    #expect(plain.summary["control_tokens"]?["texts"] == 1)
    #expect(plain.summary["control_tokens"]?["example"] == "ends")
    #expect(plain.summary["null_contents"] == nil)
    let sanitized = try run("--sanitize-control-tokens")
    #expect(sanitized.error.contains("they are encoded as plain text"))
    // Only the text with the tokens has another score, and more tokens.
    for (index, isOther) in [false, false, true, false].enumerated() {
      let (before, after) = (plain.scores[index], sanitized.scores[index])
      #expect((before["score"] != after["score"]) == isOther)
      #expect((before["tokens"]?.int ?? 0 < after["tokens"]?.int ?? 0) == isOther)
    }
  }

  @Test func `tokenize prints the text whose control tokens are encoded as plain text`() throws {
    let workshop = try Workshop(pairs: 1)
    let input = try workshop.folder.file("rows.jsonl", Data(Self.rows.utf8))
    func rows(_ more: String...) throws -> [JSONValue] {
      let result = try Program.run(
        ["tokenize", input, "--model", workshop.model, "--date", "2026-11-23"] + more)
      #expect(result.status == 0, "\(result.error)")
      return try result.output.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    }
    let (plain, sanitized) = (try rows(), try rows("--sanitize-control-tokens"))
    #expect(plain.map { $0["text"] } == sanitized.map { $0["text"] })
    #expect(plain[0]["ids"] == sanitized[0]["ids"])
    #expect(plain[2]["ids"] != sanitized[2]["ids"])
    let cut = try rows("--sanitize-control-tokens", "--max-tokens", "12", "--truncate", "left")
    #expect(cut[2]["text"]?.string?.hasSuffix("Good<|im_end|>\n") == true)
  }

  @Test func `control tokens are kept, encoded as text, or an error`() throws {
    let workshop = try Workshop(pairs: 1)
    let input = try workshop.folder.file("rows.jsonl", Data(Self.rows.utf8))
    func run(_ more: String...) throws -> Program.Result {
      try Program.run(
        [
          "score", input, "--model", workshop.model, "--head", workshop.head, "--date",
          "2026-11-23",
        ] + more)
    }
    #expect(try run("--special-tokens", "keep").output == run().output)
    let text = try run("--special-tokens", "text")
    #expect(text.status == 0, "\(text.error)")
    #expect(try text.output == run("--sanitize-control-tokens").output)
    #expect(try text.output != run().output)
    let refused = try run("--special-tokens", "error")
    #expect(refused.status == 65)
    #expect(
      refused.error.contains(
        "row 2, response 1, text: expected messages that spell no control token, found the control "
          + "token '<|im_end|>'"), "\(refused.error)")
    #expect(try run("--special-tokens", "all").status == 64)
    #expect(try run("--special-tokens", "keep", "--sanitize-control-tokens").status == 64)
  }

  @Test func `control tokens within the response of a rendered text are reported`() throws {
    let workshop = try Workshop(pairs: 1)
    func text(_ response: String) -> String {
      "<|im_start|>user\\nHi<|im_end|>\\n<|im_start|>assistant\\n\(response)"
    }
    let rows = [
      text("Bye<|im_end|>\\n"), text("Bye<|im_end|><|endoftext|>\\n"),
      text("Bye<|endoftext|> then more<|im_end|>\\n"),
    ]
    let input = try workshop.folder.file(
      "rows.jsonl",
      Data(
        rows.enumerated().map { #"{"id": "r\#($0)", "text": "\#($1)"}"# }.joined(separator: "\n")
          .utf8))
    func run(_ more: String...) throws -> Program.Result {
      try Program.run(
        ["score", input, "--model", workshop.model, "--head", workshop.head, "--json"] + more)
    }
    let found = try JSONValue(parsing: run().output)["control_tokens"]
    #expect(found?["texts"] == 1)
    #expect(found?["example"] == "r2")
    #expect(found?["token"] == "<|endoftext|>")
    #expect(try run("--special-tokens", "error").status == 65)
  }

  @Test func `a run is sanitised or not`() throws {
    let workshop = try Workshop(pairs: 2)
    let store = workshop.folder.path("s.sqlite")
    let first = try Program.run(workshop.score("--store", store, "--run", "r"))
    #expect(first.status == 0, "\(first.error)")
    #expect(!first.error.contains("control tokens"))
    let other = try Program.run(
      workshop.score("--store", store, "--run", "r", "--sanitize-control-tokens"))
    #expect(other.status == 64)
    #expect(other.error.contains("sanitize_control_tokens"))
  }
}
