import Foundation
import TareCore
import TareFormats
import TareTesting
import Testing

@Suite(.enabled(if: exists(sharedFolder), "needs the shared data"))
struct FormatsRealScoresTests {
  private func table(_ path: String) throws -> DataTable {
    try readTable(try Data(contentsOf: sharedFolder.appending(path: "data/\(path)")), name: path)
  }

  /// The share of pairs whose chosen response scores higher, ties not counted.
  private func accuracy(_ responses: ScoredResponses) -> Double {
    let prompts = Dictionary(grouping: responses, by: \.promptID).values
    let right = prompts.count { prompt in
      let chosen = prompt.filter { $0.role == .chosen }.map(\.score)
      let rejected = prompt.filter { $0.role == .rejected }.map(\.score)
      return chosen.allSatisfy { score in rejected.allSatisfy { score > $0 } }
    }
    return Double(right) / Double(prompts.count)
  }

  @Test func `JudgeBench's file gives its published accuracy`() throws {
    var columns = ScoreColumns()
    columns.covariates = ["length"]
    let table = try ScoreTable(
      try table("formats/judgebench_skywork-llama-3.1-8b.jsonl"), columns: columns)
    #expect(table.responses.count == 700)
    // 62.29 % of 350 pairs counts a tie as "B>A"; one pair of the file is a tie.
    let pairs = stride(from: 0, to: 700, by: 2).map {
      (table.responses[$0], table.responses[$0 + 1])
    }
    let right = pairs.count { a, b in (a.score > b.score) == (a.role == .chosen) }
    #expect(right == 218)
    #expect(pairs.count { $0.score == $1.score } == 1)
  }

  @Test func `every reward model of a mixed table is read by itself`() throws {
    for (path, models, rows) in [
      ("scores/judgebench.csv", 3, 700), ("scores/mathprm.csv", 6, 894),
    ] {
      let whole = try table(path)
      #expect(throws: TareError.self) { try ScoreTable(whole) }
      let parts = try whole.grouped(by: "rm")
      #expect(parts.count == models)
      for part in parts {
        var columns = ScoreColumns()
        columns.covariates = ["len_char", "len_words"]
        let scores = try ScoreTable(part.table, columns: columns)
        #expect(scores.responses.count == rows)
        #expect(scores.responses.count { $0.role == .chosen } == rows / 2)
      }
    }
  }

  @Test func `RewardBench's file agrees with the results it holds`() throws {
    var columns = ScoreColumns()
    columns.covariates = ["length"]
    let whole = try table("formats/rewardbench_v1_scores.json")
    let table = try ScoreTable(whole, columns: columns)
    #expect(table.responses.count == 2 * 447)
    #expect(Set(table.responses.map(\.subset)) == ["math-prm"])
    let results = try whole.numbers(in: "results")
    #expect(accuracy(table.responses) == results.reduce(0, +) / 447)
  }

  @Test func `a CSV file is written back byte by byte`() throws {
    for path in ["scores/ppo_overoptimisation.csv", "scores/alpacaeval_judgements.csv"] {
      let data = try Data(contentsOf: sharedFolder.appending(path: "data/\(path)"))
      #expect(try table(path).data() == data)
    }
    #expect(try ScoreTable(try table("scores/ppo_overoptimisation.csv")).responses.count == 10_000)
  }
}
