/// Many models on one benchmark: order, rank intervals, distance to the best.
import TareCore
import TareEvaluation
import Testing

@Suite struct LeaderboardTests {
  private let options: EvaluationOptions

  init() throws { options = .init(bootstrap: try Bootstrap(resamples: 1000)) }

  private func board(_ models: [(String, [ScoredResponse])]) throws -> Leaderboard {
    Leaderboard(
      try models.map { ($0.0, try Pairs.evaluate($0.1, options)) }, seed: 1)
  }

  @Test func `the best comes first, and models that cannot be told apart overlap`() throws {
    let board = try board([
      ("weak", pairs(60, of: 200)), ("good", pairs(150, of: 200)), ("best", pairs(153, of: 200)),
    ])
    #expect(board.rows.map(\.name) == ["best", "good", "weak"])
    #expect(board.rows.map(\.rank) == [1, 2, 3])
    // The three pairs between the first two are right or wrong together in any resample; they are
    // drawn at least once in 1 − e⁻³ = 95% of the resamples, and otherwise the two are level.
    #expect(board.rows[0].ranks == 1...1)
    #expect(board.rows[1].ranks == 1...2)
    #expect(board.rows[2].ranks == 3...3)
    // Exact: three signs, all alike in 2 of 8 cases.
    #expect(board.rows[1].behindBest?.p == 0.25)
    #expect((board.rows[2].behindBest?.p ?? 1) < 0.001)
    #expect(board.rows[1].behindBest?.q == 0.25)
    #expect(board.rows[0].behindBest == nil)
    #expect(board.notes.isEmpty)
  }

  @Test func `the order of a file's rows changes nothing`() throws {
    let rows = pairs(150, of: 200)
    let turned: [ScoredResponse] = (0..<200).reversed().flatMap { pair in
      [rows[2 * pair + 1], rows[2 * pair]]
    }
    let first = try Pairs.evaluate(rows, options).total
    let second = try Pairs.evaluate(turned, options).total
    #expect(first.prompts == second.prompts)
    #expect(first.resamples == second.resamples)
    #expect(first.contributions == second.contributions)
  }

  @Test func `equal totals share a rank`() throws {
    let board = try board([("a", pairs(5, of: 9)), ("b", pairs(5, of: 9)), ("c", pairs(4, of: 9))])
    #expect(board.rows.map(\.rank) == [1, 1, 3])
    #expect(board.rows.map(\.name) == ["a", "b", "c"])
    #expect(board.rows[1].behindBest?.p == 1)
  }

  @Test func `models with other prompts are not tested against each other`() throws {
    let board = try board([
      ("a", pairs(5, of: 9)), ("b", pairs(5, of: 8)), ("c", pairs(5, of: 8)),
    ])
    #expect(board.rows.map(\.name) == ["b", "c", "a"])
    #expect(board.rows.map { $0.behindBest == nil } == [true, false, true])
    #expect(board.notes.first?.hasPrefix("1 model with different prompts") == true)
    // Of 8 and 9 prompts drawn apart nothing is sure.
    #expect(board.rows.last?.ranks == 1...3)
  }

  /// Newcombe's example (1998, table II, method 10): 56 of 70 against 48 of 80, 0.0524 to 0.3339.
  @Test func `values of a column are compared on different prompts, too`() throws {
    let board = Leaderboard(
      [
        ("de", try Pairs.evaluate(pairs(48, of: 80), options)),
        ("en", try Pairs.evaluate(pairs(56, of: 70), options)),
      ], seed: 1, column: "language")
    #expect(board.rows.map(\.name) == ["en", "de"])
    let behind = try #require(board.rows[1].behindBest)
    #expect(behind.isIndependent)
    #expect(abs(behind.value - 0.2) < 1e-12)
    #expect(abs(behind.interval.lowerBound - 0.0524) < 5e-5)
    #expect(abs(behind.interval.upperBound - 0.3339) < 5e-5)
    // From the lower distance: erfc(0.2 / (0.14757 / 1.96) / √2).
    #expect(abs(behind.p - 0.0078993) < 1e-6)
    #expect(board.notes.isEmpty)
    #expect(board.json.array?[1]["behind_best"]?["test"] == "independent")
  }

  /// The interval holds 0 exactly where p is 0.05 or more, whichever is higher.
  @Test func `interval and test of independent samples agree`() throws {
    for right in 0...30 {
      let board = Leaderboard(
        [
          ("a", try Pairs.evaluate(pairs(15, of: 29), options)),
          ("b", try Pairs.evaluate(pairs(right, of: 30), options)),
        ], seed: 1, column: "c")
      let behind = try #require(board.rows[1].behindBest)
      #expect(behind.value >= 0)
      #expect(behind.interval.contains(0) == (behind.p >= 0.05), "\(right): \(behind)")
    }
  }

  @Test func `values with the same prompts are paired`() throws {
    let board = Leaderboard(
      [
        ("de", try Pairs.evaluate(pairs(5, of: 9), options)),
        ("en", try Pairs.evaluate(pairs(9, of: 9), options)),
        ("fr", try Pairs.evaluate(pairs(3, of: 8), options)),
      ], seed: 1, column: "language")
    #expect(board.rows.compactMap { $0.behindBest?.isIndependent } == [false, true])
    // 4 signs: all alike in 2 of 16 cases.
    #expect(board.rows[1].behindBest?.p == 0.125)
  }

  @Test func `the JSON holds rank, interval and test`() throws {
    let json = try board([("a", pairs(9, of: 9)), ("b", pairs(5, of: 9))]).json.array ?? []
    #expect(json.count == 2)
    #expect(json[1]["name"]?.string == "b")
    #expect(json[1]["rank"]?.int == 2)
    #expect(json[1]["rank_interval"]?.array?.count == 2)
    // 4 signs: all alike in 2 of 16 cases.
    #expect(json[1]["behind_best"]?["p"]?.double == 0.125)
    #expect(json[0]["accuracy"]?.double == 1)
  }
}
