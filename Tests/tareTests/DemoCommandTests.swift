import Foundation
import TareCore
import TarePipeline
import TareTesting
import Testing

/// `tare demo`: what the program shows of itself.
@Suite struct DemoCommandTests {
  @Test func `the demo shows each command and what it prints, and leaves its files`() throws {
    let folder = try TemporaryFolder()
    let result = try Program.run(["demo"], in: folder.url)
    #expect(result.status == 0, "\(result.error)")
    let commands = result.output.split(separator: "\n").filter { $0.hasPrefix("$ tare ") }
    #expect(
      commands.map { $0.split(separator: " ")[2] }
        == ["runs", "evaluate", "calibrate", "evaluate", "rank", "report"])
    // What docs/demo.md shows of the same scores.
    for line in [
      "pairs: more scores higher   64.1%         58.1–70.3", "overall (micro, macro)    240   51.2",
      "chat-explanations-01       1         0  −1.4426", "wrote tare-demo/report.html",
    ] { #expect(result.output.contains(line), "\(line)") }
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path("tare-demo"))
    #expect(
      Set(files).isSuperset(of: ["scores.jsonl", "demo.sqlite", "length.json", "report.html"]))
    // A command that was shown can be repeated.
    let shown = String(commands[1]).split(separator: " ").dropFirst(2).map(String.init)
    let again = try Program.run(shown, in: folder.url)
    #expect(again.status == 0)
    #expect(again.output.contains("Calibrated by auto"))
  }

  @Test func `a folder that is there is left alone`() throws {
    let folder = try TemporaryFolder()
    let there = folder.url.appending(path: "mine")
    try FileManager.default.createDirectory(at: there, withIntermediateDirectories: true)
    let result = try Program.run(["demo", "--output", "mine"], in: folder.url)
    #expect(result.status == 64)
    #expect(result.error.contains("'mine' exists"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: there.path).isEmpty)
  }

  @Test func `the scores inside are those of the data set and of its model`() throws {
    let pairs = try String(
      contentsOf: projectFolder.appending(path: "datasets/balanced-pairs.jsonl"), encoding: .utf8
    ).split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    let scores = try String(
      contentsOf: projectFolder.appending(path: "Tests/tareTests/Fixtures/demo/scores.csv"),
      encoding: .utf8
    ).split(separator: "\n").dropFirst().map { $0.split(separator: ",").map(String.init) }
    let inside = try String(decoding: DemoFiles.scores(), as: UTF8.self)
      .split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    #expect(inside.count == pairs.count)
    #expect(inside.count == scores.count)
    for ((row, pair), score) in zip(zip(inside, pairs), scores) {
      for name in ["id", "section", "subset", "prompt", "chosen", "rejected"] {
        #expect(row[name] == pair[name])
      }
      #expect(row["id"]?.string == score[0])
      #expect(row["score_chosen"]?.double == Double(score[1]))
      #expect(row["score_rejected"]?.double == Double(score[2]))
    }
  }

  @Test func `a model with other bytes is refused before a folder is made`() throws {
    let folder = try TemporaryFolder()
    let cache = folder.url.appending(path: "cache/tare")
    try FileManager.default.createDirectory(at: cache, withIntermediateDirectories: true)
    try Data("no model".utf8).write(
      to: cache.appending(path: "SmolLM2-135M-Instruct.Q4_1.gguf"))
    let result = try Program.run(
      ["demo", "--model"], environment: ["XDG_CACHE_HOME": folder.path("cache")], in: folder.url)
    #expect(result.status == 65)
    #expect(result.error.contains("another SHA-256"))
    #expect(!FileManager.default.fileExists(atPath: folder.path("tare-demo")))
  }
}
