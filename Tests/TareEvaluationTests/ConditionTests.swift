import TareCore
import TareEvaluation
import Testing

/// Conditions on an evaluation's numbers: their grammar, and when they hold.
@Suite struct ConditionTests {
  @Test func `a condition is read as it is written`() throws {
    let plain = try Condition("overall < base - 1")
    #expect(plain.metric == .overall)
    #expect(plain.comparator == .less)
    #expect(plain.bound == .base(plus: -1))
    #expect(!plain.isSignificant)
    let named = try Condition("\"Chat Hard\"significantly>=70.5")
    #expect(named.metric == .named("Chat Hard"))
    #expect(named.comparator == .atLeast)
    #expect(named.bound == .number(70.5))
    #expect(named.isSignificant)
    #expect(try Condition("overall>base+0.5").bound == .base(plus: 0.5))
    #expect(try Condition("overall <= -2").bound == .number(-2))
    #expect(try Condition("overall < base").bound == .base(plus: 0))
  }

  @Test(arguments: [
    ("", "ends at character 1"), ("overall", "ends at character 8"),
    ("accuracy < 3", "'accuracy' at character 1; expected overall"),
    ("overall = 3", "'=' at character 9; expected <, <=, >, >="),
    ("overall < basis", "'basis' at character 11; expected base, or a number"),
    ("overall < base 1", "'1' at character 16; expected nothing more"),
    ("overall < base - one", "'one' at character 18; expected a number of points"),
    ("overall < 1.2.3", "'1.2.3' at character 11"), ("overall < 50%", "'%' at character 13"),
    ("overall < 1e3", "'1e3' at character 11"), ("\"Chat < 3", "'\"Chat < 3' at character 1"),
    ("\"\" < 3", "'\"\"' at character 1"), ("overall << 3", "'<' at character 10"),
    ("overall significant < 3", "'significant' at character 9"),
  ])
  func `a token that does not belong is named with its place`(text: String, found: String) {
    let error = #expect(throws: TareError.self) { try Condition(text) }
    #expect(error?.description.contains(found) == true, "\(error?.description ?? "")")
    #expect(error?.exitCode == 64)
  }

  private func evaluation(_ value: Double, _ interval: ClosedRange<Double>) -> Evaluation {
    Evaluation(
      benchmark: "pairs", trial: "pair", measure: "accuracy",
      accuracies: Breakdown(
        subsets: [("Chat", Accuracy(value: 0.9, n: 10, interval: 0.6...0.98))],
        overall: Accuracy(value: value, n: 100, interval: interval)),
      total: Total(value: value, resamples: [], contributions: [], prompts: SHA256().finish()),
      notes: [])
  }

  private func comparison(_ difference: Difference) -> Comparison {
    Comparison(
      benchmark: "pairs", trial: "pair",
      differences: Breakdown(
        subsets: [
          (
            "Chat",
            Difference(
              a: 0.8, b: 0.9, n: 10, interval: -0.1...0.3, gained: 2, lost: 1,
              p: 1, test: .mcNemar)
          )
        ], overall: difference))
  }

  private func holds(
    _ text: String, _ value: Double = 0.75, _ interval: ClosedRange<Double> = 0.65...0.82,
    base: Double = 0.76, difference: ClosedRange<Double> = -0.03 ... -0.005
  ) throws -> Bool {
    try ConditionCheck(
      Condition(text), of: evaluation(value, interval),
      against: comparison(
        Difference(
          a: base, b: value, n: 100, interval: difference, gained: 1, lost: 2, p: 0.5,
          test: .mcNemar))
    ).holds
  }

  @Test(arguments: [
    ("overall < 75", false), ("overall <= 75", true), ("overall < 75.1", true),
    ("overall > 75", false), ("overall >= 75", true), ("\"Chat\" > 89.9", true),
    // The end of the interval that is nearest to the bound must lie beyond it.
    ("overall significantly < 80", false), ("overall significantly < 82.5", true),
    ("overall significantly > 65", false), ("overall significantly >= 65", true),
    // One point less, to rounding, is not more than one point less.
    ("overall < base - 1", false), ("overall <= base - 1", true), ("overall < base", true),
    ("overall < base - 0.9", true), ("overall > base + 1", false),
    ("overall significantly < base", true), ("overall significantly < base - 1", false),
    ("\"Chat\" > base + 9", true), ("\"Chat\" significantly > base", false),
  ])
  func `a condition holds where its numbers say so`(text: String, expected: Bool) throws {
    #expect(try holds(text) == expected)
  }

  @Test func `a name that is none of the evaluation's is refused with those that are`() throws {
    let error = #expect(throws: TareError.self) { try holds("\"Math\" < 3") }
    #expect(error?.description.contains("\"Math\" is no part of this evaluation") == true)
    #expect(error?.description.contains("\"Chat\"") == true)
    #expect(error?.exitCode == 64)
  }

  @Test func `a base needs scores to compare with`() throws {
    let error = #expect(throws: TareError.self) {
      try ConditionCheck(
        Condition("overall < base"), of: evaluation(0.5, 0.4...0.6), against: nil)
    }
    #expect(error?.exitCode == 64)
  }
}
