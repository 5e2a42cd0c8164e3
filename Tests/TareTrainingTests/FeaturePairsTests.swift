import TareCore
import TareTraining
import Testing

@Suite struct FeaturePairsTests {
  /// Pairs of one feature, their own number.
  private static func pairs(_ prompts: [String]) -> FeaturePairs {
    let numbers = prompts.indices.map { [Float($0)] }
    return FeaturePairs(chosen: numbers, rejected: numbers.map { [-$0[0]] }, prompts: prompts)
  }

  @Test func `a prompt's pairs are on one side, the same in every domain`() throws {
    let prompts = (0..<400).map { "prompt \($0 % 200)" }
    let split = try SplitDomain(Self.pairs(prompts), testShare: 0.2, seed: 1)
    #expect(Set(split.train.prompts).isDisjoint(with: split.test.prompts))
    #expect(split.train.count + split.test.count == 400)
    // 40 of 200 prompts, with a standard deviation of 5.7, and two pairs each.
    #expect((40...120).contains(split.test.count))
    for (chosen, prompt) in zip(split.test.chosen, split.test.prompts) {
      #expect(prompts[Int(chosen[0])] == prompt)
    }
    let other = try SplitDomain(
      Self.pairs((100..<500).map { "prompt \($0)" }), testShare: 0.2, seed: 1)
    #expect(Set(split.train.prompts).isDisjoint(with: other.test.prompts))
    #expect(Set(split.test.prompts).isDisjoint(with: other.train.prompts))
    let later = try SplitDomain(Self.pairs(prompts), testShare: 0.2, seed: 2)
    #expect(later.test.prompts != split.test.prompts)
  }

  @Test(arguments: 1...20)
  func `two prompts are one to train on and one to judge by`(seed: UInt64) throws {
    let split = try SplitDomain(Self.pairs(["a", "b", "a"]), testShare: 0.2, seed: seed)
    #expect(Set(split.train.prompts).count == 1)
    #expect(Set(split.test.prompts).count == 1)
  }

  @Test(arguments: [[], ["a"], ["a", "a"]])
  func `one prompt cannot be split`(prompts: [String]) {
    let error = #expect(throws: TareError.self) {
      try SplitDomain(Self.pairs(prompts), testShare: 0.2, seed: 1)
    }
    #expect(error?.exitCode == 65)
  }

  /// 0.1 has no exact mean in binary: the squares of its deviations do not round to 0.
  @Test func `a feature that never changes is not scaled`() {
    let statistics = FeatureStatistics((0..<10).map { [0.1, Float($0)] }, width: 2)
    #expect(statistics.deviations[0] == 1)
    #expect(abs(statistics.deviations[1] - 8.25.squareRoot()) < 1e-12)
    #expect(abs(statistics.means[0] - Double(Float(0.1))) < 1e-15)
    #expect(statistics.means[1] == 4.5)
  }
}
