/// Numbers and sentences.
import TareEvaluation
import TareReport
import Testing

@Suite struct WordsTests {
  @Test(arguments: [
    (1.0, "p = 1"), (0.9996, "p > 0.99"), (0.994, "p = 0.99"), (0.774, "p = 0.77"),
    (0.1, "p = 0.10"), (0.0494, "p = 0.049"), (0.001, "p = 0.001"), (0.00099, "p < 0.001"),
    (0, "p < 0.001"),
  ])
  func `a p value is neither 0 nor 1 by rounding`(p: Double, text: String) {
    #expect(pValueText(p) == text)
  }

  @Test(arguments: [
    (1234.5, 1, "1234.5"), (12345.0, 0, "12,345"), (-1234567.25, 2, "−1,234,567.25"),
    (-0.04, 1, "0.0"), (-0.06, 1, "−0.1"), (.nan, 1, "–"), (-.infinity, 2, "−∞"),
  ])
  func `numbers read well`(value: Double, decimals: Int, text: String) {
    #expect(value.fixed(decimals) == text)
  }

  @Test func `a change has its sign unless it is nothing`() {
    #expect(0.0114.signedPercent == "+1.1")
    #expect((-0.0114).signedPercent == "−1.1")
    #expect(0.0004.signedPercent == "0.0")
    #expect((-0.0004).signedPercent == "0.0")
  }

  @Test func `the paired test in words`() throws {
    let made = try Made.small()
    #expect(
      made.comparison.pairedTest
        == "Calibration changes 3 of 10 pairs: 2 gained, 1 lost, exact McNemar p = 1.")
    #expect(made.comparison.overallChange.hasPrefix("Overall accuracy goes from 60.0% to 70.0%: "))
    #expect(made.comparison.verdict == "The interval includes 0: the change is not significant.")
    #expect(made.raw.tieNote == "Of 10 pairs, 1 has equal scores and counts as wrong.")
    #expect(made.calibrated.tieNote == nil)
  }

  @Test func `what does not change is said without a test`() throws {
    let two = try Made([MadePair(1, 2), MadePair(-1, -2)])
    #expect(two.comparison.pairedTest == "Calibration changes none of the 2 pairs.")
    #expect(two.comparison.overallChange == "Overall accuracy stays at 50.0%.")
    #expect(two.comparison.verdict == "It changes no pair here.")
    let one = try Made([MadePair(1, 2)])
    #expect(one.comparison.pairedTest == "Calibration does not change the only pair.")
    let lost = try Made([MadePair(1, 0)])
    #expect(
      lost.comparison.pairedTest
        == "Calibration changes 1 of 1 pair: 0 gained, 1 lost, exact McNemar p = 1.")
  }

  @Test func `gains and losses that balance change nothing overall`() throws {
    let made = try Made([MadePair(1, -1), MadePair(-1, 1)])
    #expect(made.comparison.overallChange.hasPrefix("Overall accuracy stays at 50.0%"))
    #expect(made.comparison.pairedTest.contains("2 of 2 pairs: 1 gained, 1 lost"))
  }

  @Test func `a change beyond chance is called that`() throws {
    let better = (0..<20).map { _ in MadePair(-1, 1) } + [MadePair(1, 1)]
    #expect(try Made(better).comparison.verdict == "A significant improvement.")
    let worse = better.map { MadePair($0.calibrated, $0.raw) }
    #expect(try Made(worse).comparison.verdict == "A significant loss.")
    // A bootstrap of alike pairs has an interval of one point.
    #expect(
      try Made([MadePair(-1, 1), MadePair(-1, 1)]).comparison.verdict
        == "The paired test does not confirm it: the change is not significant.")
  }

  @Test func `a report's findings name what is missing`() throws {
    #expect(Report.Run(name: "a").findings.isEmpty)
    let made = try Made.small()
    let findings = Report.Run(name: "a", raw: made.raw).findings
    #expect(
      findings.first?.text.hasPrefix(
        "The raw scores have an overall accuracy of 60.0%, 95% interval 31.3–83.2, on 10 "
          + "pairs; every pair counts equally (micro).") == true)
    #expect(findings.contains { $0.text == "There are no calibrated scores to compare with." })
  }

  @Test func `the fitted curve is told as a change over the middle of the lengths`() {
    let responses = (1...100).map {
      Report.Response(length: Double($0), score: $0.isMultiple(of: 2) ? 1 : -1)
    }
    var run = Report.Run(name: "a")
    run.responses = .init(responses)
    run.before = LengthCurve(
      places: [.init(length: 1, score: 0), .init(length: 101, score: -5)],
      withinPrompt: .init(0.3, 0.1...0.5))
    #expect(
      run.findings.map(\.text) == [
        """
        Within prompts longer responses score higher: rank correlation +0.30 (95% \
        +0.10 to +0.50). From length 11 to 90 (the middle 80% of the responses) the fitted score falls \
        by 4, 3.93 standard deviations of the scores.
        """
      ])
  }
}
