/// Several pairs of one prompt: the pairs are counted, the prompts are what is drawn and tested.
import TareCore
import TareEvaluation
import Testing

@Suite struct SeveralPairsTests {
  private let options: EvaluationOptions

  init() throws { options = .init(bootstrap: try Bootstrap(resamples: 4000)) }

  /// `count` prompts of `copies` equal pairs each, those of the first `right` prompts right.
  private func prompts(_ right: Int, of count: Int, copies: Int) -> [ScoredResponse] {
    (0..<count).flatMap { prompt in
      (0..<copies).flatMap { copy in
        pair("\(prompt)", prompt < right ? 1 : -1, lengths: (10, 5)).map { response in
          var response = response
          response.index += 2 * copy
          response.pair = copy
          return response
        }
      }
    }
  }

  @Test func `a pair is what its row says, not every chosen with every rejected`() throws {
    let responses = prompts(3, of: 5, copies: 3)
    #expect(try ScoredPair.pairs(of: responses).count == 15)
    let evaluation = try Pairs.evaluate(responses, options)
    #expect(evaluation.accuracies.overall.n == 15)
    #expect(evaluation.accuracies.overall.value == 0.6)
    // Without pairs every chosen stands beside every rejected.
    let crossed = responses.map { response in
      var response = response
      response.pair = nil
      return response
    }
    #expect(try ScoredPair.pairs(of: crossed).count == 45)
  }

  @Test func `pairs that repeat make nothing surer`() throws {
    let one = try Pairs.evaluate(prompts(60, of: 100, copies: 1), options)
    let four = try Pairs.evaluate(prompts(60, of: 100, copies: 4), options)
    let (single, repeated) = (one.accuracies.overall.interval, four.accuracies.overall.interval)
    // Wilson's of 100 trials and the bootstrap's of 100 prompts.
    #expect(abs(single.lowerBound - repeated.lowerBound) < 0.015)
    #expect(abs(single.upperBound - repeated.upperBound) < 0.015)
    let long = try #require(four.byLength.first).accuracy.interval
    #expect(abs(long.lowerBound - single.lowerBound) < 0.015)
  }

  @Test func `where all are right the interval is that of the prompts`() throws {
    let four = try Pairs.evaluate(prompts(20, of: 20, copies: 4), options)
    #expect(four.accuracies.overall.interval == Proportion.wilson(20, of: 20))
  }

  @Test func `the test exchanges prompts, not pairs`() throws {
    let a = prompts(10, of: 16, copies: 3)
    let comparison = try Pairs.compare(a, prompts(16, of: 16, copies: 3), options)
    let overall = comparison.differences.overall
    #expect(overall.n == 48)
    #expect(overall.gained == 18)
    #expect(overall.test == .permutation)
    // Six prompts: all signs alike in 2 of 64 cases.
    #expect(overall.p == 2.0 / 64)
  }
}

extension SeveralPairsTests {
  @Test func `solutions of one problem are drawn together`() throws {
    func solutions(_ copies: Int) -> [ScoredResponse] {
      (0..<60).flatMap { problem in
        (0..<copies).flatMap { copy in
          [(0, 1.0), (1, -1.0)].map { kind, label in
            var response = solution(
              "\(problem)", problem % 3 == 0 ? [0.9, 0.1] : [0.9, 0.9], label: label)
            response.index = 2 * copy + kind
            return response
          }
        }
      }
    }
    let one = try ProcessBench.evaluate(solutions(1), options).accuracies.overall
    let five = try ProcessBench.evaluate(solutions(5), options).accuracies.overall
    #expect(five.n == 600)
    #expect(five.value == one.value)
    #expect(five.interval == one.interval)
    let comparison = try ProcessBench.compare(solutions(5), solutions(5), options)
    #expect(comparison.differences.overall.p == 1)
  }
}
