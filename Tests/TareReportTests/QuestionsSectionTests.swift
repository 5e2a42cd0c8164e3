/// The report's section on typed questions, from what the commands print.
import TareCore
import TareReport
import Testing

@Suite struct QuestionsSectionTests {
  private static let audit = """
    {"model": "m.gguf", "rows": 8, "asked": 40, "seconds": 1.0, "questions": [
      {"name": "correct", "type": "noul", "rows": 8, "verdict": "do not use",
       "reasons": ["the answer hardly differs between rows"], "chance": 0.5,
       "first_listed": {"value": 1.0, "low": 0.676, "high": 1.0, "count": 8},
       "order_flips": {"value": 0.25, "low": 0.071, "high": 0.591, "count": 8},
       "complement_sum": {"value": 0.44, "low": 0.43, "high": 0.45, "count": 8},
       "pair_accuracy": null}]}
    """
  private static let probabilities = """
    {"models": [{"source": "a.jsonl", "calibrated": true, "unlabelled": [], "questions": [
      {"name": "correct", "type": "noul", "options": ["true", "false"], "rows": 20, "prompts": 10,
       "majority": 0.5, "zeros": 0, "accuracy": {"value": 0.75, "interval": [0.6, 0.9]},
       "brier": {"value": 0.31}, "log_loss": {"value": 0.52, "interval": [0.4, 0.7]},
       "reliability": {"ece": 0.08, "ece_if_calibrated": 0.07, "ece_if_calibrated_95": 0.16,
         "p": 0.4, "bins": [{"rows": 12, "confidence": 0.61, "accuracy": 0.5833}]},
       "risk_coverage": {"area": {"value": 0.2}, "best_area": 0.03, "coverage_at_risk": [],
         "points": [{"confidence": 0.9, "coverage": 0.4, "risk": 0.125},
                    {"confidence": 0.5, "coverage": 1.0, "risk": 0.25}]}}]}],
     "comparisons": []}
    """

  private func page(_ texts: String...) throws -> String {
    var report = Report(title: "t", date: "2026-11-30", runs: [])
    report.questions = try texts.compactMap { try TypedQuestions(JSONValue(parsing: $0)) }
    #expect(report.questions.count == texts.count)
    return report.html()
  }

  @Test func `an audit's verdicts, shares and reasons are on the page`() throws {
    let page = try page(Self.audit)
    for text in [
      "id=\"questions\"", "do not use", "100.0% (67.6–100.0)", "25.0% (7.1–59.1)",
      "0.440 (0.430–0.450)", "correct: the answer hardly differs between rows.",
      "Flips with the order",
    ] { #expect(page.contains(text), "\(text)") }
    // What was not measured of any question has no column.
    #expect(!page.contains("Chosen above rejected"))
    #expect(!page.contains("Flips with the labels"))
  }

  @Test func `probabilities have their numbers and both plots`() throws {
    let page = try page(Self.probabilities)
    for text in [
      "a.jsonl: correct, calibrated", "75.0%", "60.0–90.0", "0.310", "0.080",
      "0.070 if calibrated, by chance; p 0.400", "confidence 61.0%: right 58.3%",
      "40.0% answered: 12.5% wrong", "25.0% are wrong if all are answered.",
    ] { #expect(page.contains(text), "\(text)") }
  }

  @Test func `without typed questions there is no such section`() throws {
    #expect(try !page().contains("id=\"questions\""))
    #expect(try TypedQuestions(["kind": "other"])?.name == nil)
    #expect(throws: TareError.self) {
      try TypedQuestions(["asked": 1, "questions": [["name": "q"]]])
    }
  }
}
