/// Whether a set of scores is the whole published benchmark.
import TareCore
import TareEvaluation
import Testing

@Suite struct CoverageTests {
  private let options: EvaluationOptions

  init() throws { options = .init(bootstrap: try Bootstrap(resamples: 20)) }

  /// The whole benchmark, all pairs right, but for a part that has fewer.
  private func rewardBench(_ part: String = "", has count: Int = 0) -> [ScoredResponse] {
    RewardBench.published[0].parts.flatMap { name, size in
      pairs(name == part ? count : size, of: name == part ? count : size, subset: name)
    }
  }

  @Test func `published sizes sum to what the papers say`() {
    func sizes(_ benchmark: any Benchmark.Type) -> [Int] { benchmark.published.map(\.count) }
    #expect(sizes(RewardBench.self) == [2985])
    #expect(sizes(RewardBench2.self) == [1865])
    #expect(sizes(RMBench.self) == [1327])
    #expect(sizes(JudgeBench.self) == [350, 270])
    #expect(sizes(PPE.self) == [2555])
    #expect(sizes(ProcessBench.self) == [3400])
    #expect(sizes(AlpacaEval.self) == [805])
    #expect(sizes(Pairs.self).isEmpty)
  }

  @Test func `the whole benchmark has no warning`() throws {
    let evaluation = try RewardBench.evaluate(rewardBench(), options)
    #expect(evaluation.coverage?.isComplete == true)
    #expect(evaluation.warning == nil)
    #expect(evaluation.json["published"]?["complete"] == .bool(true))
    #expect(evaluation.json["published"]?["of"] == 2985)
  }

  @Test func `one pair fewer is told of`() throws {
    let evaluation = try RewardBench.evaluate(rewardBench("hep-go", has: 163), options)
    #expect(
      evaluation.warning
        == "2,984 of RewardBench's 2,985 pairs: not the published number (hep-go has 163 of 164)")
    #expect(evaluation.notes.isEmpty)
    #expect(evaluation.json["published"]?["complete"] == .bool(false))
    #expect(evaluation.json["published"]?["parts"]?["hep-go"]?["n"] == 163)
  }

  @Test func `a missing subset and a pair too many are told of`() throws {
    let missing = try RewardBench.evaluate(rewardBench("math-prm", has: 0), options)
    #expect(
      missing.warning
        == "2,538 of RewardBench's 2,985 pairs: not the published number "
        + "(no math-prm)")
    let only = try RewardBench.evaluate(pairs(400, of: 447, subset: "math-prm"), options)
    #expect(
      only.warning
        == "447 of RewardBench's 2,985 pairs: not the published number (only math-prm)")
    let more = try RewardBench.evaluate(rewardBench("hep-go", has: 165), options)
    #expect(more.warning?.hasPrefix("2,986 pairs, not RewardBench's 2,985 pairs") == true)
  }

  @Test func `the prior sets stand beside the whole benchmark`() throws {
    let evaluation = try RewardBench.evaluate(
      rewardBench() + pairs(3, of: 4, subset: "anthropic_hhh"), options)
    #expect(evaluation.warning == nil)
  }

  @Test func `of several editions the nearest is meant`() throws {
    func judged(_ counts: [(String, Int)]) -> [ScoredResponse] {
      counts.flatMap { pairs($0.1, of: $0.1, subset: $0.0) }
    }
    let claude = judged([
      ("mmlu-pro-law", 154), ("livebench-reasoning", 51), ("livebench-math", 34),
      ("livecodebench", 31),
    ])
    #expect(try JudgeBench.evaluate(claude, options).warning == nil)
    #expect(
      try JudgeBench.evaluate(judged([("mmlu-pro-law", 150)]), options).warning?.contains(
        "of JudgeBench's 270 pairs (Claude 3.5 Sonnet)") == true)
  }

  @Test func `AlpacaEval is whole with the judge's few failures`() throws {
    func judged(_ count: Int) -> [ScoredResponse] {
      (0..<count).flatMap { duel("\($0)", 0.7) }
    }
    #expect(try AlpacaEval.evaluate(judged(803), options).warning == nil)
    #expect(
      try AlpacaEval.evaluate(judged(400), options).warning
        == "400 of AlpacaEval's 805 instructions: not the published number")
  }

  @Test func `step scores of one's own are not ProcessBench`() throws {
    let own = [
      solution("1", [0.9, 0.1], label: 1, subset: "mine"),
      solution("2", [0.9, 0.9], label: -1, subset: "mine"),
    ]
    #expect(
      try ProcessBench.evaluate(own, options).warning
        == "2 solutions, not ProcessBench's 3,400 solutions: not the published number "
        + "('mine' is not part of it; 4 of its 4 parts missing)")
  }

  @Test func `a part is not ranked beside the whole, and says so`() throws {
    let models = [
      ("part", try RewardBench.evaluate(rewardBench("hep-go", has: 100), options)),
      ("whole", try RewardBench.evaluate(rewardBench(), options)),
    ]
    let board = Leaderboard(models, seed: 1)
    #expect(board.rows.map(\.name) == ["whole", "part"])
    #expect(board.rows.map(\.rank) == [1, nil])
    #expect(board.rows[1].warning?.hasPrefix("2,921 of RewardBench's 2,985 pairs") == true)
    #expect(board.notes.contains { $0.hasPrefix("1 model without the whole benchmark") })
    #expect(board.json.array?[1]["rank"] == .null)
    #expect(board.json.array?[1]["warning"]?.string != nil)
    #expect(board.json.array?[0]["warning"] == nil)
  }

  @Test func `parts are ranked among themselves, with one note`() throws {
    let part = try RewardBench.evaluate(rewardBench("hep-go", has: 100), options)
    let board = Leaderboard([("a", part), ("b", part)], seed: 1)
    #expect(board.rows.map(\.rank) == [1, 1])
    #expect(board.notes.count == 1)
    #expect(board.notes.first?.hasPrefix("all models: 2,921 of RewardBench's") == true)
  }
}
