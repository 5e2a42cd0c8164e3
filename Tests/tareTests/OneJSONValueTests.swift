/// Standard output with `--json`: one JSON value, of every command, whatever happens.
import Foundation
import TareCore
import TareTesting
import Testing

@Suite struct OneJSONValueTests {
  private let folder: TemporaryFolder
  private let table: String

  init() throws {
    folder = try TemporaryFolder()
    var rows = ["prompt_id,prompt,response,score,label,length"]
    for prompt in 0..<20 {
      for answer in 0..<2 {
        let score = Double((prompt * 7 + answer * 5) % 11)
        rows.append(
          "p\(prompt),Q\(prompt)?,answer \(answer),\(score),\(1 - answer),\(5 + prompt % 7 + answer)"
        )
      }
    }
    table = try folder.file("ok.csv", Data(rows.joined(separator: "\n").utf8))
    _ = try folder.file("bad.csv", Data("prompt_id,score\na,x\n".utf8))
  }

  private func run(_ arguments: [String]) throws -> Program.Result {
    let store = folder.path("s.sqlite")
    if arguments.contains("STORE"), !FileManager.default.fileExists(atPath: store) {
      let made = try Program.run(["runs", "import", table, "--store", store, "--run", "r"])
      try #require(made.status == 0, "\(made.error)")
    }
    let places = ["TABLE": table, "BAD": folder.path("bad.csv"), "STORE": store]
    return try Program.run(arguments.map { places[$0] ?? $0 }, in: folder.url)
  }

  @Test(arguments: [
    ["calibrate", "TABLE", "--covariate", "length"], ["evaluate", "TABLE", "--bootstrap", "200"],
    ["evaluate", "TABLE", "TABLE", "--bootstrap", "200"], ["rank", "TABLE"],
    ["rank", "TABLE", "--curve"], ["pairs", "TABLE", "-o", "pairs.jsonl"],
    ["smooth", "TABLE", "--x", "length", "--y", "score"], ["doctor", "TABLE"],
    ["formats", "TABLE"], ["formats"], ["config"], ["runs", "list", "--store", "STORE"],
    ["calibrate", "--store", "STORE", "--run", "r"],
    ["evaluate", "--store", "STORE", "--run", "r"],
  ])
  func `a result is one value`(arguments: [String]) throws {
    let result = try run(arguments + ["--json"])
    #expect(result.status == 0, "\(result.error)")
    let value = try JSONValue(parsing: result.output)
    #expect(value.object != nil || value.array != nil)
    #expect(value["error"] == nil)
  }

  @Test(arguments: [
    (["calibrate", "BAD"], 65), (["evaluate", "BAD"], 65), (["rank", "BAD"], 65),
    (["pairs", "BAD", "-o", "p.jsonl"], 65), (["smooth", "BAD", "--x", "x", "--y", "y"], 65),
    (["doctor", "none.csv"], 65), (["formats", "none.csv"], 65), (["inspect", "none.gguf"], 65),
    (["score", "TABLE", "--model", "none.gguf"], 65), (["runs", "list", "--store", "none"], 64),
    (["train-head", "TABLE", "--model", "none.gguf", "-o", "h"], 64),
    (["bench", "--model", "none.gguf"], 65), (["pull", "not an id"], 64),
    (["evaluate", "TABLE", "--bootstrap", "x"], 64), (["rank", "--no-such-option"], 64),
    (["nonsense"], 64),
  ])
  func `an error is one object with the message of standard error`(
    arguments: [String], code: Int
  ) throws {
    let result = try run(arguments + ["--json"])
    #expect(result.status == Int32(code), "\(result.error)")
    let error = try #require(JSONValue(parsing: result.output)["error"], "\(result.output)")
    #expect(error["code"]?.int == code)
    #expect(["usage", "bad_data"].contains(error["kind"]?.string))
    let message = try #require(error["message"]?.string)
    #expect(!message.isEmpty && result.error.contains(message), "\(message) / \(result.error)")
    if error["found"] != nil {
      #expect(
        message.hasSuffix(
          "expected \(error["expected"]?.string ?? "?"), found "
            + "\(error["found"]?.string ?? "?")"))
    }
    // Without --json nothing but the message is there.
    #expect(try run(arguments).output.isEmpty)
  }

  @Test func `a command that has printed its result prints no error behind it`() throws {
    // Exit code 65: one of the files cannot be read, and the leaderboard says so.
    let some = try run(["evaluate", "TABLE", "BAD", "--json", "--bootstrap", "200"])
    #expect(some.status == 65)
    #expect(try JSONValue(parsing: some.output)["failed"]?.array?.count == 1)
    let held = try run([
      "evaluate", "TABLE", "--fail-if", "overall < 101", "--json", "--bootstrap", "200",
    ])
    #expect(held.status == 2)
    #expect(try JSONValue(parsing: held.output)["error"] == nil)
    let useless = try folder.file("useless.csv", Data("a,b\nx,y\n".utf8))
    let formats = try run(["formats", useless, "--json"])
    #expect(formats.status == 65)
    #expect(try JSONValue(parsing: formats.output)["error"] == nil)
  }

  @Test func `score and train-head print one value, with scores where they go nowhere else`() throws
  {
    let workshop = try Workshop(pairs: 3)
    let summary = try JSONValue(parsing: Program.run(workshop.score("--json")).output)
    #expect(summary["responses"] == 6)
    #expect(summary["scores"]?.array?.count == 6)
    let output = workshop.folder.path("s.jsonl")
    let kept = try JSONValue(parsing: Program.run(workshop.score("--json", "-o", output)).output)
    #expect(kept["scores"] == nil && kept["computed"] == 6)
    let card = try Program.run([
      "train-head", workshop.pairs, "--model", workshop.model, "--json", "--output",
      workshop.folder.path("h.safetensors"),
    ])
    #expect(try JSONValue(parsing: card.output).object != nil, "\(card.error)")
  }
}
