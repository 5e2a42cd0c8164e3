/// Pairs from rankings: rules, margins, repetitions.
import TareCore
import TareRanking
import TareTesting
import Testing

@Suite struct PreferencePairsTests {
  /// - Parameter texts: the responses of one prompt.
  private func made(
    _ scores: [Double], _ texts: [String],
    _ change: (inout PreferencePairs.Settings) -> Void = { _ in }
  ) throws -> PreferencePairs {
    try made([(scores, texts)], change)
  }

  private func made(
    _ prompts: [(scores: [Double], texts: [String])],
    _ change: (inout PreferencePairs.Settings) -> Void = { _ in }
  ) throws -> PreferencePairs {
    let responses = prompts.enumerated().flatMap { prompt, candidates in
      candidates.scores.enumerated().map { index, score in
        ScoredResponse(
          promptID: "\(prompt)", index: index, role: .response, score: score, covariates: [:])
      }
    }
    let texts = prompts.flatMap(\.texts).map {
      Conversation(prompt: [.user("p")], response: $0)
    }
    var settings = PreferencePairs.Settings()
    change(&settings)
    return try PreferencePairs(
      Ranking.rankings(of: responses), texts: ConversationNumbers(Conversations(texts)), settings)
  }

  private func indices(_ made: PreferencePairs) -> [[Int]] {
    made.pairs.map { [$0.chosen.row, $0.rejected.row] }
  }

  @Test func `a difference that equals the margin makes a pair`() throws {
    #expect(try made([0.3, 0.1], ["a", "b"]) { $0.margin = 0.2 }.pairs.count == 1)
    #expect(try made([0.3, 0.1], ["a", "b"]) { $0.margin = 0.2001 }.pairs.isEmpty)
  }

  @Test func `best and worst, best and another, all`() throws {
    let scores = [2.0, 5, 1, 3]
    let texts = ["a", "b", "c", "d"]
    #expect(indices(try made(scores, texts)) == [[1, 2]])
    let all = try made(scores, texts) { $0.rule = .all }
    #expect(indices(all) == [[1, 3], [1, 0], [1, 2], [3, 0], [3, 2], [0, 2]])
    #expect(all.pairs.map(\.margin) == [2, 3, 4, 1, 2, 1])
    let some = try made(scores, texts) {
      $0.rule = .all
      $0.mostPerPrompt = 2
    }
    #expect(indices(some) == [[1, 2], [1, 0]])
    #expect(some.dropped.beyondMost == 4)
    var drawn: Set<[Int]> = []
    for seed in 1...40 as ClosedRange<UInt64> {
      let pair = try made(scores, texts) {
        $0.rule = .bestRandom
        $0.seed = seed
      }
      drawn.formUnion(indices(pair))
    }
    // Each of three is missed in 40 draws with a chance of 3·(2/3)⁴⁰ = 3e-7.
    #expect(drawn == [[1, 3], [1, 0], [1, 2]])
  }

  @Test func `ties and near ties make no pairs`() throws {
    let tied = try made([1, 1], ["a", "b"])
    #expect(tied.pairs.isEmpty)
    #expect(tied.dropped.ties == 1)
    #expect(indices(try made([1, 1], ["a", "b"]) { $0.dropsTies = false }) == [[0, 1]])
    let near = try made([1, 1.25], ["a", "b"]) { $0.margin = 0.5 }
    #expect(near.pairs.isEmpty)
    #expect(near.dropped.belowMargin == 1)
    #expect(try made([1, 1.5], ["a", "b"]) { $0.margin = 0.5 }.pairs.count == 1)
  }

  /// Of two scores with deviations 3 and 4 the difference has 5 where they are independent, and 1 where
  /// their errors are the same but for their size.
  @Test func `pairs that are not sure are left out and counted`() throws {
    func made(_ margin: Double, z: Double, _ correlation: Double) throws -> PreferencePairs {
      try self.made([0, margin], ["a", "b"]) {
        $0.sureness = .init(z: z, deviations: [3, 4], correlation: correlation)
      }
    }
    #expect(try made(10, z: 2, 0).pairs.count == 1)
    let unsure = try made(9.5, z: 2, 0)
    #expect(unsure.pairs.isEmpty && unsure.dropped.unsure == 1 && unsure.dropped.belowMargin == 0)
    #expect(try made(2, z: 2, 1).pairs.count == 1)
    #expect(try made(1.5, z: 2, 1).dropped.unsure == 1)
    // A random pair is drawn among the sure ones.
    for seed in 1...20 as ClosedRange<UInt64> {
      let pairs = try self.made([9, 8, 1], ["a", "b", "c"]) {
        $0.rule = .bestRandom
        $0.seed = seed
        $0.sureness = .init(z: 1, deviations: [3, 4, 4], correlation: 0)
      }
      #expect(indices(pairs) == [[0, 2]])
    }
  }

  @Test func `a text comes once in its prompt, a pair once in all`() throws {
    let repeated = try made([3, 2, 1], ["same", "same", "other"]) { $0.rule = .all }
    #expect(indices(repeated) == [[0, 2]])
    #expect(repeated.dropped.repeatedResponses == 1)
    let twice = try made([([2, 1], ["x", "y"]), ([5, 4], ["x", "y"]), ([1, 2], ["x", "y"])])
    #expect(twice.pairs.map(\.promptID) == ["0", "2"])
    #expect(twice.dropped.repeatedPairs == 1)
    let single = try made([([1], ["x"]), ([1, 2], ["z", "z"])])
    #expect(single.dropped.singlePrompts == 2)
    #expect(single.prompts == 2)
  }

  @Test func `a random pair is drawn among those that make one`() throws {
    for seed in 1...20 as ClosedRange<UInt64> {
      let made = try made([2, 2, 1, 1.9], ["a", "b", "c", "d"]) {
        $0.rule = .bestRandom
        $0.margin = 0.5
        $0.seed = seed
      }
      #expect(indices(made) == [[0, 2]])
    }
  }

  @Test func `a pair that was cut off does not stand in the way of another`() throws {
    let made = try made([([3, 2, 1], ["x", "y", "z"]), ([5, 4], ["x", "y"])]) {
      $0.rule = .all
      $0.mostPerPrompt = 1
    }
    #expect(made.pairs.map(\.promptID) == ["0", "1"])
    #expect(made.dropped.repeatedPairs == 0)
  }

  @Test func `responses to two prompts under one id are refused`() throws {
    let responses = [1.0, 2].enumerated().map { index, score in
      ScoredResponse(promptID: "a", index: index, role: .response, score: score, covariates: [:])
    }
    let texts = ["2 + 2?", "France?"].map { Conversation(prompt: [.user($0)], response: "four") }
    let error = #expect(throws: TareError.self) {
      try PreferencePairs(
        Ranking.rankings(of: responses), texts: ConversationNumbers(Conversations(texts)), .init())
    }
    #expect(
      error?.description.begins("row 2 (prompt 'a'): expected …, found a different prompt") == true)
  }
}
