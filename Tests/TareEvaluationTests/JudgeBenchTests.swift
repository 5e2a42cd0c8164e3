/// JudgeBench: ties, two games, categories; and the published numbers.
import Foundation
import TareCore
import TareEvaluation
import TareTesting
import Testing

@Suite struct JudgeBenchTests {
  private let options: EvaluationOptions

  init() throws { options = .init(bootstrap: try Bootstrap(resamples: 500)) }

  /// - Parameter again: the scores of A and B in the second game.
  private func game(
    _ id: String, _ a: Double, _ b: Double, isARight: Bool, again: (a: Double, b: Double)? = nil,
    source: String = "livebench-math"
  ) -> [ScoredResponse] {
    [(a, again?.a), (b, again?.b)].enumerated().map { index, scores in
      ScoredResponse(
        promptID: id, index: index, role: (index == 0) == isARight ? .chosen : .rejected,
        score: scores.0, covariates: scores.1.map { ["score_second_game": $0] } ?? [:],
        subset: source)
    }
  }

  private func numbers(_ responses: [ScoredResponse]) throws -> (two: Double, single: Double) {
    let accuracies = try JudgeBench.evaluate(responses, options).accuracies
    return (accuracies.overall.value, accuracies.details[0].value.value)
  }

  @Test func `a tie is B>A in one game, and wrong in two`() throws {
    #expect(try numbers(game("1", 1, 1, isARight: true)) == (0, 0))
    #expect(try numbers(game("1", 1, 1, isARight: false)) == (0, 1))
    #expect(try numbers(game("1", 2, 1, isARight: true)) == (1, 1))
    #expect(try numbers(game("1", 2, 1, isARight: false)) == (0, 0))
  }

  @Test func `games that contradict each other are no right answer`() throws {
    #expect(try numbers(game("1", 2, 1, isARight: true, again: (a: 1, b: 2))) == (0, 1))
    #expect(try numbers(game("1", 1, 2, isARight: true, again: (a: 2, b: 1))) == (0, 0))
    // In the second game B stands first, and a tie is for the other: A.
    #expect(try numbers(game("1", 2, 1, isARight: true, again: (a: 1, b: 1))) == (1, 1))
  }

  @Test func `categories in their order, micro and macro`() throws {
    let responses =
      game("1", 2, 1, isARight: true, source: "livecodebench")
      + game("2", 2, 1, isARight: true, source: "mmlu-pro-law")
      + game("3", 1, 2, isARight: true, source: "mmlu-pro-math")
    let accuracies = try JudgeBench.evaluate(responses, options).accuracies
    #expect(accuracies.sections.map(\.name) == ["Knowledge", "Coding"])
    #expect(accuracies.overall.value == 2.0 / 3)
    #expect(accuracies.averages.map(\.name) == ["micro", "macro"])
    #expect(accuracies.averages[1].value.value == 0.75)
  }

  @Test func `an unknown source is refused`() {
    let error = #expect(throws: TareError.self) {
      try JudgeBench.evaluate(game("1", 2, 1, isARight: true, source: "gsm8k"), options)
    }
    #expect(error?.description.contains("source 'gsm8k'") == true)
  }

  /// Made pairs with ties and games that contradict each other, counted by a script of its own.
  @Test func `one game and two, by category, equal the reference`() throws {
    let expected = try JSONValue(parsing: Data(contentsOf: fixture("judgebench.json")))
    let lines = try String(contentsOf: fixture("judgebench_scores.jsonl"), encoding: .utf8)
      .split(separator: "\n")
    let responses = try lines.flatMap { line -> [ScoredResponse] in
      let row = try JSONValue(parsing: line)
      func scores(_ game: Int) -> [Double] {
        row["judgments"]?.array?[game]["judgment"]?["scores"]?.array?.compactMap(\.double) ?? []
      }
      let (first, second) = (scores(0), scores(1))
      return game(
        row["pair_id"]?.string ?? "", first[0], first[1], isARight: row["label"] == "A>B",
        again: (a: second[1], b: second[0]), source: row["source"]?.string ?? "")
    }
    #expect(responses.count == 108)
    let accuracies = try JudgeBench.evaluate(responses, options).accuracies
    func expect(_ value: Double?, _ other: JSONValue?) {
      #expect(abs((value ?? .nan) - (other?.double ?? .nan)) < 1e-15)
    }
    let two = expected["two_games"]
    expect(accuracies.overall.value, two?["micro"])
    expect(accuracies.averages.first { $0.name == "macro" }?.value.value, two?["macro"])
    for (name, section) in accuracies.sections { expect(section.value, two?["categories"]?[name]) }
    expect(accuracies.details.first?.value.value, expected["one_game"]?["micro"])
    #expect(accuracies.overall.ties == expected["ties"]?.int)
  }

  @Test func `where there was one game it decides alone`() throws {
    var tie = game("1", 1, 1, isARight: false)
    for row in tie.indices { tie[row].covariates["single_game"] = 1 }
    #expect(try numbers(tie) == (1, 1))
  }

  /// Published figures of the JudgeBench repository, in per cent to two decimals; a tie is wrong.
  @Test(
    .enabled(
      if: exists(sharedFolder.appending(path: "data/scores/judgebench.csv")),
      "needs ../shared/data/scores"),
    arguments: [
      ("Ray2333_GRM-Gemma-2B-rewardmodel-ft", "59.43", 0),
      ("Skywork_Skywork-Reward-Llama-3.1-8B", "62.29", 1),
      ("internlm_internlm2-20b-reward", "63.43", 0),
    ])
  func `JudgeBench's published accuracies are reproduced`(
    model: String, published: String, ties: Int
  ) throws {
    let responses = try judgeBench(model)
    let accuracies = try JudgeBench.evaluate(
      responses, .init(bootstrap: options.bootstrap, length: "len_char")
    ).accuracies
    #expect(accuracies.overall.n == 350)
    #expect(String(format: "%.2f", 100 * accuracies.overall.value) == published)
    #expect(accuracies.overall.ties == ties)
    let sections = Dictionary(
      uniqueKeysWithValues: accuracies.sections.map { ($0.name, $0.value.n) })
    #expect(sections == ["Knowledge": 154, "Reasoning": 98, "Math": 56, "Coding": 42])
  }

  private func judgeBench(_ model: String) throws -> [ScoredResponse] {
    try plainCSV(sharedFolder.appending(path: "data/scores/judgebench.csv"))
      .filter { $0["rm"] == model }
      .map { row in
        ScoredResponse(
          promptID: row["prompt_id"] ?? "", index: Int(row.number("resp")),
          role: row.number("gold") == 1 ? .chosen : .rejected, score: row.number("score"),
          covariates: ["len_char": row.number("len_char")], subset: row["subset"])
      }
  }
}
