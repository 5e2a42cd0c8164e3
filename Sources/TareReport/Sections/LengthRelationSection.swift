/// Accuracy by which answer of a pair is the longer one.
internal import TareEvaluation

package enum LengthRelationSection: ReportSection {
  package static let key = "by-length"
  package static let summary = "accuracy where the better answer is longer, shorter, or similar"
  package static let title = "Accuracy by length difference"

  package static func contents(of report: Report) -> [Markup] {
    tag("p") {
      "If length had no effect, and the pairs were equally hard, the rows would differ only by "
      "chance."
    }
    eachRun(of: report) { run in
      if let raw = run.raw, !raw.byLength.isEmpty {
        table(of: run, raw)
        if let deciles = raw.lengthDeciles, deciles.bins.count > 1 {
          tag("div", ["class": "panels"]) {
            LengthDifferencePlot(
              subject: run.name, raw: deciles, calibrated: run.calibrated?.lengthDeciles,
              overall: raw.accuracies.overall.value
            ).figure
          }
        }
      } else {
        tag("p", ["class": "missing"]) { "The lengths of labelled pairs are unknown." }
      }
    }
  }

  private static func table(of run: Report.Run, _ raw: Evaluation) -> [Markup] {
    AccuracyTable(
      caption: "Accuracy of \(run.name) by length, in per cent",
      groups: [AccuracyRow.byLength(raw: raw, calibrated: run.calibrated)],
      hasCalibrated: run.calibrated != nil, csvName: "\(run.name) by length"
    ).markup
  }
}
