/// The report's answer in words and a few large numbers.
internal import TareEvaluation

package enum AnswerSection: ReportSection {
  package static let key = "answer"
  package static let summary = "how good, how sure, what length has to do with it, what changes"
  package static let title = "The answer"

  package static func contents(of report: Report) -> [Markup] {
    eachRun(of: report) { run in
      if report.runs.count == 1 {
        tag("p", ["class": "run"]) { run.name }
      }
      numbers(of: run)
      tag("ul", ["class": "findings"]) {
        for sentence in run.findings {
          tag("li") { sentence }
        }
      }
    }
  }

  @MarkupBuilder private static func numbers(of run: Report.Run) -> [Markup] {
    if let raw = run.raw?.accuracies.overall {
      tag("div", ["class": "numbers"]) {
        number("Accuracy, raw", "\(raw.value.percent)%", raw.interval.percent, "raw")
        if let after = run.calibrated?.accuracies.overall {
          number(
            "Accuracy, calibrated", "\(after.value.percent)%", after.interval.percent,
            "calibrated")
        }
        if let change = run.comparison?.differences.overall {
          number(
            "Change in points", change.value.signedPercent, change.interval.signedPercent, "change")
        }
      }
    }
  }

  private static func number(
    _ name: String, _ value: String, _ interval: String, _ kind: String
  ) -> Markup {
    tag("div", ["class": "number \(kind)"]) {
      tag("p", ["class": "name"]) { name }
      tag("p", ["class": "value"]) { value }
      tag("p", ["class": "interval"]) {
        "95% interval "
        tag("span") { interval }
      }
    }
  }
}
