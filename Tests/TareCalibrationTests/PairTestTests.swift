/// The sequential test of labels: against a reference, its error rate, and planted cases.
import Foundation
import TareCalibration
import TareCore
import TareTesting
import Testing

@Suite struct PairTestTests {
  /// See Fixtures/labels.py.
  private let reference: JSONValue

  init() throws {
    reference = try JSONValue(
      parsing: String(contentsOf: fixture("labels.json"), encoding: .utf8))
  }

  private func test(
    _ wins: Int, _ losses: Int, share: Double = 1, margin: Double = 0.01
  ) -> PairTest {
    var test = PairTest(share: share, margin: margin)
    test.add(wins: wins, losses: losses)
    return test
  }

  @Test func `evidence and confidence sequence are those of numerical integration`() throws {
    let states = try #require(reference["states"]?.array)
    #expect(states.count == 8)
    for state in states {
      let test = test(try #require(state["wins"]?.int), try #require(state["losses"]?.int))
      let evidence = try #require(state["evidence"]?.double)
      // The reference integrates to a relative error of 1e-12; lgamma of sums up to 200 has one of 1e-13.
      #expect(abs(test.evidence / evidence - 1) < 1e-9, "\(state.text())")
      let ends = try #require(state["interval"]?.array).compactMap(\.double)
      #expect(abs(test.interval.lowerBound - ends[0]) < 1e-9, "\(state.text())")
      #expect(abs(test.interval.upperBound - ends[1]) < 1e-9, "\(state.text())")
    }
  }

  @Test func `expected labels and chances of verdicts are those of the reference`() throws {
    let wanted = try #require(reference["plan"])
    let plan = PairTestPlan(
      test(0, 0, share: 0.1, margin: 0.06), remaining: try #require(wanted["pairs"]?.int))
    let cases = try #require(wanted["cases"]?.array)
    #expect(cases.count == plan.cases.count)
    for (own, wanted) in zip(plan.cases, cases) {
      #expect(own.rate == wanted["rate"]?.double)
      for (value, key) in [
        (own.labels, "labels"), (own.helps, "helps"), (own.harms, "harms"),
        (own.notWorthMore, "not_worth_more"),
      ] {
        #expect(abs(value - (wanted[key]?.double ?? .nan)) < 1e-9, "\(key) at \(own.rate)")
      }
    }
  }

  @Test func `where neither choice is better a verdict that one is comes in fewer than alpha`() {
    // Every sequence of up to 1,000 labels, not a sample of them: the chance to be told "helps" or "harms" at
    // any of its labels.
    let plan = PairTestPlan(test(0, 0), remaining: 1000)
    let even = plan.cases[0]
    #expect(even.rate == 0.5)
    #expect(even.helps + even.harms < 0.05)
    #expect(abs(even.helps - even.harms) < 1e-12)
    #expect(even.helps + even.harms > 0.02, "the test should not be far too cautious")
  }

  @Test func `a finite number of pairs, as many won as lost, gives fewer wrong verdicts still`() {
    var random = Xoshiro256(seed: 5)
    var wrong = 0
    let runs = 2000
    for _ in 0..<runs {
      var pairs = (0..<60).map { $0 < 30 }
      pairs.shuffle(using: &random)
      var test = PairTest(share: 0.5)
      for (place, isWin) in pairs.enumerated() {
        test.add(wins: isWin ? 1 : 0, losses: isWin ? 0 : 1)
        let verdict = test.verdict(remaining: pairs.count - place - 1)
        if verdict == .undecided { continue }
        wrong += verdict == .helps || verdict == .harms ? 1 : 0
        break
      }
    }
    // Three standard errors above 5%.
    #expect(Double(wrong) / Double(runs) < 0.05 + 3 * (0.05 * 0.95 / Double(runs)).squareRoot())
  }

  @Test func `a rate that is not one half is found, and never called the wrong way`() {
    let plan = PairTestPlan(test(0, 0), remaining: 400)
    for one in plan.cases where one.rate >= 0.7 {
      #expect(one.helps > 0.99, "\(one.rate)")
      #expect(one.harms < 0.01, "\(one.rate)")
    }
    #expect(plan.cases.map(\.labels) == plan.cases.map(\.labels).sorted(by: >))
  }

  @Test func `nine labels for one side decide, eight do not`() {
    #expect(test(8, 0).verdict(remaining: 100) == .undecided)
    #expect(test(9, 0).verdict(remaining: 100) == .helps)
    #expect(test(0, 9).verdict(remaining: 100) == .harms)
  }

  @Test func `what cannot matter is not worth labels`() {
    // Raw and calibrated differ in fewer prompts than the margin.
    #expect(test(0, 0, share: 0.005).verdict(remaining: 500) == .notWorthMore)
    // Too few pairs to reach a verdict, whatever they say.
    #expect(test(0, 0).verdict(remaining: 8) == .notWorthMore)
    #expect(test(0, 0).verdict(remaining: 9) == .undecided)
    // Surely close to one half: at most 2% of prompts, where 2.5% are the margin.
    #expect(test(600, 600, share: 0.25, margin: 0.025).verdict(remaining: 500) == .notWorthMore)
    #expect(test(60, 60, share: 0.25, margin: 0.025).verdict(remaining: 500) == .undecided)
  }

  @Test func `ties are labels and no evidence`() {
    var test = test(8, 0)
    test.add(ties: 50)
    #expect(test.labels == 58)
    #expect(test.verdict(remaining: 100) == .undecided)
  }

  @Test func `agreement is Cohen's kappa with its error`() throws {
    let wanted = try #require(reference["kappa"])
    let table = try #require(wanted["table"]?.array).map { $0.array?.compactMap(\.int) ?? [] }
    var choices: [(first: LabelAgreement.Choice, second: LabelAgreement.Choice)] = []
    for (row, first) in LabelAgreement.Choice.allCases.enumerated() {
      for (column, second) in LabelAgreement.Choice.allCases.enumerated() {
        for _ in 0..<table[row][column] { choices.append((first, second)) }
      }
    }
    let agreement = LabelAgreement("ann", "bo", choices)
    #expect(agreement.pairs == 52)
    #expect(agreement.same == 38)
    let (kappa, error) = (wanted["kappa"]?.double ?? .nan, wanted["error"]?.double ?? .nan)
    #expect(abs((agreement.kappa ?? 0) - kappa) < 1e-12)
    #expect(abs((agreement.interval?.upperBound ?? 0) - (kappa + 1.96 * error)) < 1e-12)
    let always = LabelAgreement("ann", "bo", [(.tie, .tie), (.tie, .tie)])
    #expect(always.kappa == nil)
    #expect(always.share == 1)
  }
}
