/// Whole evaluations as expectations.
import TareEvaluation
import TareReport
import Testing

@Suite struct EvaluationTableTests {
  @Test func `raw stands beside calibrated`() throws {
    let made = try Made.small()
    let table = EvaluationTable(
      raw: made.raw, calibrated: made.calibrated, comparison: made.comparison)
    #expect(
      table.text() == """
        Accuracy in per cent, with 95% intervals (pairs)
                         pairs  raw               calibrated         change  ties
        ─────────────────────────────────────────────────────────────────────────
        overall (micro)     10   60.0  31.3–83.2   70.0  39.7–89.2    +10.0   1→0
        macro               10   62.5  29.2–91.7   70.8  41.7–100.0    +8.3   1→0
        ─────────────────────────────────────────────────────────────────────────
        Chat                 6   50.0  18.8–81.2   66.7  30.0–90.3    +16.7   1→0
        Maths                4   75.0  30.1–95.4   75.0  30.1–95.4      0.0     0
        ─────────────────────────────────────────────────────────────────────────
        easy                 6   50.0  18.8–81.2   66.7  30.0–90.3    +16.7   1→0
        sums                 4   75.0  30.1–95.4   75.0  30.1–95.4      0.0     0

        By length of the better answer relative to the other
                               pairs  raw               calibrated        change  ties
        ──────────────────────────────────────────────────────────────────────────────
        better answer longer       7   85.7  48.7–97.4   71.4  35.9–91.8   −14.3     0
        better answer shorter      3    0.0  0.0–56.1    66.7  20.8–93.9   +66.7   1→0
        similar (within 10%)       0      –                 –                  –     0

        Overall accuracy goes from 60.0% to 70.0%: +10.0 points, 95% interval −20.0 to
        +40.0. The interval includes 0: the change is not significant.
        Calibration changes 3 of 10 pairs: 2 gained, 1 lost, exact McNemar p = 1.
        Overall: every pair counts equally (micro).
        Raw: Of 10 pairs, 1 has equal scores and counts as wrong.
        Raw: As probabilities σ(difference of scores / T): ECE 12.0 points and log loss
        0.688 at T = 1; T = 2.11 (95% interval 0 to ∞) fits best: ECE 9.4, log loss
        0.636.

        """)
  }

  @Test func `raw alone`() throws {
    let made = try Made([MadePair(1, 1), MadePair(-1, 1)])
    #expect(
      EvaluationTable(raw: made.raw).text() == """
        Accuracy in per cent, with 95% intervals (pairs)
                         pairs  accuracy
        ───────────────────────────────────────
        overall (micro)      2   50.0  9.5–90.5

        Overall: every pair counts equally (micro).
        As probabilities σ(difference of scores / T): ECE 23.1 points and log loss 0.813
        at T = 1; higher scores do not predict the chosen response, so T cannot be
        fitted.

        """)
  }

  @Test func `no line is wider than 80 columns`() throws {
    let pairs = (0..<40).map { (number: Int) -> MadePair in
      let rejected = Double(60 + number)
      return MadePair(
        Double(number % 3 - 1), Double(number % 2), lengths: (chosen: 100, rejected: rejected),
        subset: "a subset with a name that is far too long for any table \(number % 4)",
        section: "a section with a long name, too, as \(number % 2) shows")
    }
    let made = try Made(pairs)
    let text = EvaluationTable(
      raw: made.raw, calibrated: made.calibrated, comparison: made.comparison
    ).text()
    #expect(text.split(separator: "\n").allSatisfy { String($0).displayWidth <= 80 })
    #expect(text.contains("…"))
  }

  @Test func `what RewardBench lacks is noted`() throws {
    let made = try Made(
      [MadePair(1, 1, subset: "hep-go"), MadePair(1, 1, subset: "donotanswer")],
      benchmark: RewardBench.self)
    let text = EvaluationTable(raw: made.raw, calibrated: made.calibrated).text()
    #expect(text.contains("Overall: mean of 2 sections.\n"))
    #expect(text.contains("Note: overall lacks Chat, Chat Hard.\n"))
    #expect(text.contains(" 0.0\n"))
  }
}
