/// AlpacaEval: win rates, published ones included; length control against scipy and the published
/// values; gameability.
import Foundation
import TareCore
import TareEvaluation
import TareTesting
import Testing

@Suite struct AlpacaEvalTests {
  private static let shared = sharedFolder.appending(path: "data/scores")
  private static let hasShared = exists(shared.appending(path: "alpacaeval_judgements.csv"))
  private let options: EvaluationOptions

  init() throws { options = .init(bootstrap: try Bootstrap(resamples: 200)) }

  private func number(_ name: String, _ evaluation: Evaluation) throws -> Accuracy {
    try #require(evaluation.accuracies.averages.first { $0.name == name }).value
  }

  @Test func `win rate, discrete win rate, and a reward model as the judge`() throws {
    let preferences = [1, 0.5, 0.25, 0.75].enumerated().flatMap { duel("\($0)", $1) }
    let evaluation = try AlpacaEval.evaluate(preferences, options)
    #expect(evaluation.accuracies.overall.value == 0.625)
    #expect(evaluation.accuracies.overall.n == 4)
    #expect(evaluation.accuracies.overall.ties == 1)
    #expect(evaluation.measure == "win rate")
    #expect(try number("discrete", evaluation).value == 0.625)
    #expect(evaluation.notes.count == 1)
    #expect(evaluation.notes[0].hasPrefix("no length-controlled win rate"))
    // Scores that are no probabilities: the higher one wins.
    var scores = preferences
    for row in scores.indices { scores[row].score = 10 * scores[row].score - 3 }
    let judged = try AlpacaEval.evaluate(scores, options)
    #expect(judged.accuracies.overall.value == 0.625)
    #expect(judged.notes.contains("the scores are not preferences: the higher score wins"))
  }

  private func made(_ model: String) throws -> (rows: [ScoredResponse], known: [String: Double]) {
    let rows = try plainCSV(fixture("judgements.csv")).filter { $0["model"] == model }
    let responses = rows.flatMap {
      duel(
        $0["instruction"] ?? "", $0.number("preference"),
        lengths: ($0.number("baseline"), $0.number("length")))
    }
    let known = rows.map { ($0["instruction"] ?? "", $0.number("difficulty")) }
    return (responses, Dictionary(uniqueKeysWithValues: known))
  }

  private func reference(_ model: String, _ difficulty: String) throws -> Double {
    let row = try plainCSV(fixture("length_control.csv")).first {
      $0["model"] == model && $0["difficulty"] == difficulty
    }
    return try #require(row).number("value") / 100
  }

  /// scipy's BFGS stops at a gradient of 1e-10 to 1e-8, where the curvature is about 1 to 20.
  @Test(arguments: ["weak", "even", "odd"])
  func `the length-controlled rate equals scipy's`(model: String) throws {
    let (rows, known) = try made(model)
    let plain = try number("length-controlled", AlpacaEval.evaluate(rows, options))
    #expect(abs(plain.value - (try reference(model, "none"))) < 1e-7)
    #expect(plain.interval.contains(plain.value))
    #expect(plain.rule?.hasSuffix("no instruction difficulties") == true)
    var options = options
    options.difficulty = known
    let controlled = try number("length-controlled", AlpacaEval.evaluate(rows, options))
    #expect(abs(controlled.value - (try reference(model, "known"))) < 1e-7)
  }

  /// The turns end where no difficulty moves by 1e-4 of a standard deviation; what is left to go is
  /// a few times that.
  @Test func `estimated difficulties give what scipy's turns give`() throws {
    let names = ["weak", "even", "odd"]
    let models = try names.map { try made($0).rows }
    var options = options
    options.difficulty = AlpacaEval.difficulty(of: models, length: "length").byPrompt
    #expect(options.difficulty.count == 80)
    for (name, rows) in zip(names, models) {
      let rate = try number("length-controlled", AlpacaEval.evaluate(rows, options))
      #expect(abs(rate.value - (try reference(name, "estimated"))) < 2e-4, "\(name)")
    }
    #expect(AlpacaEval.difficulty(of: [models[0]], length: "length").byPrompt.isEmpty)
  }

  @Test func `equal lengths leave the win rate as it is, and a model that never wins has 0`() throws
  {
    let alike = [1, 0.5, 0.6].enumerated().flatMap { duel("\($0)", $1, lengths: (5, 5)) }
    let rate = try number("length-controlled", AlpacaEval.evaluate(alike, options))
    #expect(abs(rate.value - 0.7) < 1e-12)
    let never = [5.0, 9, 7].enumerated().flatMap { duel("\($0)", 0, lengths: (6, $1)) }
    #expect(try number("length-controlled", AlpacaEval.evaluate(never, options)).value < 1e-9)
  }

  @Test func `models are compared on the instructions that both have`() throws {
    let a = [0.9, 0.2, 0.6].enumerated().flatMap { duel("\($0)", $1) }
    let b = [0.8, 0.7].enumerated().flatMap { duel("\($0)", $1) }
    let comparison = try AlpacaEval.compare(a, b, options)
    #expect(comparison.differences.overall.n == 2)
    #expect(abs(comparison.differences.overall.value - 0.2) < 1e-15)
    #expect(comparison.agreement.bothRight == 1)
    #expect(comparison.agreement.onlyB == 1)
  }

  @Test func `gameability by the endings of names`() {
    let families = Gameability.families([
      ("a", 0.2), ("b_concise", 0.1), ("a_verbose", 0.3), ("a_concise", 0.1), ("c", 0.5),
    ])
    #expect(families.map(\.model) == ["a"])
    #expect(families[0].variants == ["concise", "standard", "verbose"])
    #expect(families[0].values == [0.1, 0.2, 0.3])
    #expect(abs(families[0].relativeDeviation - 0.5) < 1e-15)
    #expect(abs(families[0].spread - 0.2) < 1e-15)
  }

  @Test func `what are no two answers is refused`() {
    let error = #expect(throws: TareError.self) {
      try AlpacaEval.evaluate(Array(duel("1", 0.5).prefix(1)), options)
    }
    #expect(
      error?.description
        == "row 1 (prompt 1): expected two, the baseline's and the model's, found 1 responses")
  }

  /// The published win rates to 1e-9 per cent. The length-controlled ones are an approximation: on average
  /// within one point, none off by more than three.
  @Test(.enabled(if: hasShared, "needs ../shared/data/scores"))
  func `the published win rates are reproduced, the length-controlled ones nearly`() throws {
    let rows = try plainCSV(Self.shared.appending(path: "alpacaeval_judgements.csv"))
    let published = try plainCSV(Self.shared.appending(path: "alpacaeval_published.csv"))
    #expect(published.count == 39)
    let models = Dictionary(grouping: rows) { $0["model"] ?? "" }.mapValues { rows in
      rows.flatMap {
        duel(
          $0["instruction_id"] ?? "", $0.number("preference") - 1,
          lengths: ($0.number("len_baseline"), $0.number("len_model")))
      }
    }
    var options = options
    options.bootstrap = try Bootstrap(resamples: 1)
    options.difficulty = AlpacaEval.difficulty(of: Array(models.values), length: "length").byPrompt
    var distances: [Double] = []
    for row in published {
      let responses = try #require(models[row["model"] ?? ""])
      let evaluation = try AlpacaEval.evaluate(responses, options)
      let rate = 100 * evaluation.accuracies.overall.value
      #expect(abs(rate - row.number("win_rate")) < 1e-9, "\(row)")
      let controlled = 100 * (try number("length-controlled", evaluation).value)
      distances.append(abs(controlled - row.number("length_controlled_winrate")))
    }
    #expect(distances.reduce(0, +) / 39 < 1)
    #expect((distances.max() ?? 99) < 3)
  }
}
