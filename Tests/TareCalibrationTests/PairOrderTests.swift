/// The fast count of concordant pairs against the plain one.
import TareCalibration
import TareCore
import Testing

@Suite struct PairOrderTests {
  /// All pairs one by one.
  private func plainCount(
    _ prompts: [String], _ a: [Double], _ b: [Double]
  ) -> (concordant: Int, discordant: Int) {
    var counts = (concordant: 0, discordant: 0)
    for i in a.indices {
      for j in 0..<i where prompts[i] == prompts[j] {
        let product = (a[i] - a[j]) * (b[i] - b[j])
        if product > 0 { counts.concordant += 1 }
        if product < 0 { counts.discordant += 1 }
      }
    }
    return counts
  }

  @Test(arguments: [1, 2, 3, 4, 7, 16, 33, 100], [1, 3])
  func `it equals the plain count, ties included`(count: Int, promptCount: Int) {
    let prompts = (0..<count).map { "\($0 % promptCount)" }
    let a = (0..<count).map { Double($0 * 37 % 11) }
    let b = (0..<count).map { Double($0 * $0 * 29 % 13) }
    let fast = PairOrder(within: PromptGroups(prompts), a, b)
    let plain = plainCount(prompts, a, b)
    #expect(fast.concordant == plain.concordant)
    #expect(fast.discordant == plain.discordant)
  }

  @Test func `without a pair there is no share`() {
    #expect(PairOrder(within: PromptGroups(["a", "b"]), [1, 2], [1, 2]).concordantShare == nil)
    #expect(PairOrder(within: PromptGroups(["a", "a"]), [1, 1], [1, 2]).concordantShare == nil)
    #expect(PairOrder(within: PromptGroups(["a", "a"]), [1, 2], [1, 2]).concordantShare == 1)
  }
}
