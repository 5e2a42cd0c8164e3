/// Accuracy overall, by section and by subset, raw beside calibrated.
internal import TareEvaluation

package enum AccuracySection: ReportSection {
  package static let key = "accuracy"
  package static let summary = "accuracy by section and subset with intervals"
  package static let title = "Accuracy"

  package static func contents(of report: Report) -> [Markup] {
    eachRun(of: report) { run in
      if let raw = run.raw {
        if let warning = raw.warning { tag("p") { tag("strong") { warning + "." } } }
        table(of: run, raw)
        for grid in raw.accuracies.grids { AccuracyGrid(run: run.name, grid: grid).markup }
        tag("ul", ["class": "notes"]) {
          tag("li") {
            "95% intervals: Wilson's for plain proportions of pairs, otherwise from a bootstrap "
            "over prompts. Equal scores count as wrong."
          }
          for note in raw.notes {
            tag("li") { note + "." }
          }
        }
      } else {
        tag("p", ["class": "missing"]) {
          "There are no labelled pairs."
          if let reason = run.unevaluated { " (\(reason))" }
        }
      }
    }
  }

  private static func table(of run: Report.Run, _ raw: Evaluation) -> [Markup] {
    AccuracyTable(
      caption: "Accuracy of \(run.name) in per cent (benchmark: \(raw.benchmark))",
      groups: AccuracyRow.groups(
        raw: raw, calibrated: run.calibrated, comparison: run.comparison),
      hasCalibrated: run.calibrated != nil, csvName: "\(run.name) accuracy"
    ).markup
  }
}
