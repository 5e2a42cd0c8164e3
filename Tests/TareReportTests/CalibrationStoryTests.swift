/// One story of a calibration: which is shown, what it knew of the labels, and what the labels say.
import TareEvaluation
import TareReport
import Testing

@Suite struct CalibrationStoryTests {
  /// Twenty pairs that calibration puts right, of 41.
  private func run(
    _ story: CalibrationStory, _ advice: Advice
  ) throws -> Report.Run {
    let pairs = (0..<20).map { _ in MadePair(-1, 1) } + (0..<21).map { _ in MadePair(1, 1) }
    let made = try Made(pairs)
    var comparison = made.comparison
    comparison.labelUse = story.labels
    var run = Report.Run(
      name: "a", raw: made.raw, calibrated: made.calibrated, comparison: comparison)
    run.calibration = story
    run.advice = advice
    return run
  }

  private func text(_ run: Report.Run, _ topic: String) -> String {
    run.findings.first { $0.topic == topic }?.text ?? ""
  }

  private let no = Advice(corrects: false, reason: "The labels do not.", isByLabels: true)
  private let yes = Advice(corrects: true, reason: "The labels do.", isByLabels: true)

  @Test func `a correction made without labels does not contradict labels that ask for none`()
    throws
  {
    let story = CalibrationStory(.stored(date: "2026-11-29"), method: "auto", labels: .unused)
    let run = try run(story, no)
    let advice = text(run, "Calibrate?")
    #expect(
      advice.hasPrefix("Not by the labels. The labels do not. The calibration shown corrects"))
    #expect(advice.contains("fitted to the scores only, without the labels"))
    let change = text(run, "Effect")
    #expect(change.hasPrefix("Calibrated by auto on 2026-11-29, without their labels. Overall"))
    #expect(change.contains("A significant improvement."))
    #expect(change.contains("McNemar p < 0.001"))
  }

  @Test func `labels that chose the correction do not test it`() throws {
    let story = CalibrationStory(.stored(date: "today"), method: "auto", labels: .inSample)
    let run = try run(story, yes)
    let change = text(run, "Effect")
    #expect(change.contains("In-sample: the labels that measure this change also chose"))
    #expect(!change.contains("significant"))
    #expect(!change.contains("p <"))
    #expect(change.contains("20 gained, 0 lost."))
    #expect(text(run, "Calibrate?") == "Yes. The labels do.")
    let page = Report(title: "t", date: "d", runs: [run]).html()
    #expect(page.contains("Accuracy, calibrated (in-sample)"))
    #expect(page.contains("in-sample: not tested"))
  }

  @Test func `what other prompts chose is tested, and called held out`() throws {
    let story = CalibrationStory(.fittedHere, method: "auto", labels: .heldOut)
    let run = try run(story, yes)
    let change = text(run, "Effect")
    #expect(change.contains("without its own labels. Overall accuracy goes from 51.2%"))
    #expect(change.contains("A significant improvement."))
    let page = Report(title: "t", date: "d", runs: [run]).html()
    #expect(page.contains("Accuracy, calibrated (held out)"))
  }

  @Test func `of scores that came calibrated nobody knows`() throws {
    let run = try run(CalibrationStory(.column, method: nil, labels: .unknown), yes)
    let change = text(run, "Effect")
    #expect(change.hasPrefix("The calibrated scores are the source's own column calibrated"))
    #expect(change.contains("the scores were calibrated elsewhere, possibly by these labels"))
    #expect(!change.contains("p ="))
    #expect(!change.contains("significant"))
  }

  @Test func `two models are told apart only where interval and test agree`() throws {
    let better = (0..<20).map { _ in MadePair(-1, 1) } + [MadePair(1, 1)]
    #expect(
      try Made(better).comparison.verdict(of: "b", against: "a")
        == "b is significantly better than a.")
    let worse = better.map { MadePair($0.calibrated, $0.raw) }
    #expect(
      try Made(worse).comparison.verdict(of: "b", against: "a")
        == "b is significantly worse than a.")
    let few = [MadePair(-1, 1), MadePair(-1, 1)]
    #expect(
      try Made(few).comparison.verdict(of: "b", against: "a")
        == "b and a do not differ significantly.")
    #expect(
      try Made([MadePair(1, 1)]).comparison.verdict(of: "b", against: "a")
        == "b and a agree on every pair.")
  }
}
