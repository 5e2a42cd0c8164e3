import Foundation
import TareCore
import TareTesting
import Testing

/// `tare pairs --with-margin`, and pairs as the hub has them.
@Suite struct PairMarginTests {
  private func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    var rows = ""
    for prompt in 0..<5 {
      for response in 0..<3 {
        rows += """
          {"prompt": "Question \(prompt)", "response": "Answer \(response)", "score": \
          \(Double((prompt * 7 + response * 5) % 11) / 4)}

          """
      }
    }
    _ = try folder.file("scored.jsonl", Data(rows.utf8))
    return folder
  }

  private func rows(_ output: String) throws -> [JSONValue] {
    try output.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
  }

  @Test(arguments: [[], ["--plain"]])
  func `the margin is the difference of the scores beside it`(options: [String]) throws {
    let folder = try folder()
    let made = try rows(
      Program.run(
        ["pairs", "scored.jsonl", "--rule", "all", "--with-margin"] + options, in: folder.url
      ).output)
    let plain = try rows(
      Program.run(["pairs", "scored.jsonl", "--rule", "all"] + options, in: folder.url).output)
    #expect(made.count == plain.count)
    #expect(!made.isEmpty)
    for (row, without) in zip(made, plain) {
      let chosen = try #require(row["chosen_score"]?.double)
      let rejected = try #require(row["rejected_score"]?.double)
      #expect(row["margin"]?.double == chosen - rejected)
      #expect(without["score_chosen"]?.double == chosen)
      #expect(without["score_rejected"]?.double == rejected)
      #expect(without["margin"] == nil)
      #expect(row["score_chosen"] == nil)
      #expect(row["chosen"] == without["chosen"])
    }
  }

  @Test func `Parquet holds messages as lists and numbers as numbers`() throws {
    let folder = try folder()
    let made = try Program.run(
      ["pairs", "scored.jsonl", "--with-margin", "-o", "pairs.parquet"], in: folder.url)
    #expect(made.status == 0, "\(made.error)")
    let lines = try rows(
      Program.run(["pairs", "scored.jsonl", "--with-margin"], in: folder.url).output)
    let read = try JSONValue(
      parsing: Program.run(["formats", "pairs.parquet", "--json"], in: folder.url).output)
    #expect(read["rows"] == .int(lines.count))
    #expect(
      read["columns"]?.array?.compactMap(\.string) == [
        "prompt", "chosen", "rejected", "id", "chosen_score", "rejected_score", "margin",
      ])
    // A list of one message each is a conversation; a text would be shown as JSON.
    let first = read["texts"]?["rows"]?.array?[0]
    #expect(first?["prompt"]?.string == "Question 0")
    #expect(
      first?["responses"]?.array?[0]["text"]?.string
        == lines[0]["chosen"]?.array?[0]["content"]?.string)
    // Its numbers come back to the bit.
    let smoothed = try Program.run(
      ["smooth", "pairs.parquet", "--x", "chosen_score", "--y", "margin", "--json"], in: folder.url)
    #expect(smoothed.status == 0, "\(smoothed.error)")
  }
}
