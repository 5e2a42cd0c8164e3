import TareScoring
import TareTesting
import Testing

@Suite struct BatchPlanTests {
  /// `count` responses of `length` tokens to each of some prompts, shuffled.
  static func candidates(
    prompts: Int, promptLength: Int, count: Int, length: Int
  ) -> [[Int32]] {
    var generator = SplitMix(state: 3)
    return (0..<prompts).flatMap { prompt -> [[Int32]] in
      let start = (0..<promptLength).map { Int32(prompt * promptLength + $0) }
      return (0..<count).map { index in
        start + (0..<length).map { Int32(1_000_000 + index * length + $0) }
      }
    }.shuffled(using: &generator)
  }

  @Test func `every sequence is in one batch and rows are counted`() {
    let sequences = Self.candidates(prompts: 20, promptLength: 100, count: 4, length: 30)
    let batches = BatchPlan.batches(sequences, budget: 500)
    #expect(batches.flatMap(\.members).sorted() == Array(sequences.indices))
    for batch in batches {
      let members = batch.members.map { sequences[$0] }
      #expect(batch.rows == BatchPlan.rows(members, sharesPrefixes: true))
      #expect(batch.rows <= 500)
    }
    // Two prompts with all their responses are 440 rows.
    #expect(batches.count == 10)
    #expect(batches.reduce(0) { $0 + $1.rows } == 20 * (100 + 4 * 30))
  }

  @Test func `responses of a long prompt stay together over the budget`() {
    let sequences = Self.candidates(prompts: 1, promptLength: 400, count: 16, length: 40)
    #expect(BatchPlan.batches(sequences, budget: 500).map(\.rows) == [400 + 16 * 40])
    // But not for ever.
    let many = Self.candidates(prompts: 1, promptLength: 400, count: 100, length: 40)
    #expect(BatchPlan.batches(many, budget: 500).allSatisfy { $0.rows <= 2000 })
  }

  @Test func `without sharing rows are tokens`() {
    let sequences = Self.candidates(prompts: 3, promptLength: 50, count: 3, length: 10)
    let batches = BatchPlan.batches(sequences, sharesPrefixes: false, budget: 120)
    #expect(batches.allSatisfy { $0.rows == 60 * $0.members.count && $0.rows <= 120 })
    #expect(batches.flatMap(\.members).sorted() == Array(sequences.indices))
    let long = BatchPlan.batches([Array(repeating: 1, count: 1000)], budget: 120)
    #expect(long.map(\.rows) == [1000])
  }

  @Test func `a set of sequences finds the longest shared start, as comparing with each does`() {
    var generator = SplitMix(state: 5)
    var set = PrefixSet()
    var all: [[Int32]] = []
    for _ in 0..<400 {
      // Few tokens, so that many starts are shared and many sequences are equal.
      let sequence = (0..<Int.random(in: 1...6, using: &generator)).map { _ in
        Int32.random(in: 0..<3, using: &generator)
      }
      let found = set.longestShared(sequence)
      let expected = all.map { zip($0, sequence).prefix { $0 == $1 }.count }.max() ?? 0
      #expect(found.count == expected)
      set.insert(sequence, at: found.place)
      all.append(sequence)
    }
  }
}
