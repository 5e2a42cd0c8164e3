/// Process rewards from steps as files have them.
import Foundation
import TareCore
import TareTesting
import Testing

@Suite(.enabled(if: ParityCheckpoints.isHere, "../shared/fixtures/parity.tar.gz is not here"))
struct ProcessRewardTests {
  private let folder: TemporaryFolder
  private let model: String

  init() throws {
    folder = try TemporaryFolder()
    model = try ParityCheckpoints.folder("qwen2_prm").path
  }

  private func score(_ lines: String, _ more: String...) throws -> (
    result: Program.Result, rows: [JSONValue]
  ) {
    let input = try folder.file("in.jsonl", Data(lines.utf8))
    let result = try Program.run(
      ["score", input, "--model", model, "--date", "2026-11-23"] + more)
    let rows =
      result.status == 0
      ? try result.output.split(separator: "\n").map { try JSONValue(parsing: String($0)) } : []
    return (result, rows)
  }

  @Test func `steps in a list, and steps between separators, are scored as steps with tokens`()
    throws
  {
    let plain = try score(
      #"{"prompt":"What is 2+2?","response":"Add two and two.<extra_0>The sum is 4.<extra_0>"}"#)
    let wanted = try #require(plain.rows.first?["steps"]?.array)
    #expect(wanted.count == 2 && !plain.result.error.contains("warning: 1 of"))
    for (row, more) in [
      (
        #"{"prompt":"What is 2+2?","completions":["Add two and two.","The sum is 4."],"labels":[true,true]}"#,
        []
      ),
      (
        #"{"id":"gsm8k-1","problem":"What is 2+2?","steps":["Add two and two.","The sum is 4."],"label":-1}"#,
        []
      ),
      (
        #"{"prompt":"What is 2+2?","response":"Add two and two.\n\nThe sum is 4."}"#,
        ["--step-separator", #"\n\n"#]
      ),
    ] as [(String, [String])] {
      let input = try folder.file("steps.jsonl", Data(row.utf8))
      let result = try Program.run(
        ["score", input, "--model", model, "--date", "2026-11-23"] + more)
      #expect(result.status == 0, "\(result.error)")
      let found = try JSONValue(parsing: result.output)
      #expect(found["steps"]?.array == wanted, "\(row)")
      #expect(found["score"] == plain.rows[0]["score"])
    }
  }

  @Test func `ProcessBench's rows are scored and evaluated`() throws {
    let input = try folder.file(
      "bench.jsonl",
      Data(
        """
        {"id":"math-0","problem":"2+2?","steps":["Add.","It is 5."],"label":1}
        {"id":"math-1","problem":"2+3?","steps":["Add.","It is 5."],"label":-1}

        """.utf8))
    let scores = folder.path("scores.jsonl")
    let scored = try Program.run(["score", input, "--model", model, "-o", scores])
    #expect(scored.status == 0, "\(scored.error)")
    let result = try Program.run(["evaluate", scores, "--json"])
    #expect(result.status == 0, "\(result.error)")
    #expect(result.output.contains("processbench"))
  }

  @Test func `text after the last step token is told, and missing tokens are offered`() throws {
    let (result, rows) = try score(
      #"{"prompt":"What is 2+2?","response":"Add two and two.<extra_0>The sum is 4."}"#)
    #expect(result.status == 0 && rows.first?["steps"]?.array?.count == 1)
    #expect(result.error.contains("1 of 1 responses continue after their last step token"))
    let none = try score(#"{"prompt":"What is 2+2?","response":"Add.\n\nIt is 4."}"#).result
    #expect(none.status == 65 && none.error.contains("a step separator inserts it"))
  }

  @Test func `a separator needs a model that reads steps`() throws {
    let workshop = try Workshop(pairs: 1)
    let result = try Program.run(workshop.score("--step-separator", "x"))
    #expect(
      result.status == 64
        && result.error.contains("--step-separator: expected a process reward model"))
  }
}
