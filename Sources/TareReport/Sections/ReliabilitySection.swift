/// Whether differences of scores hold as probabilities.
internal import TareEvaluation

package enum ReliabilitySection: ReportSection {
  package static let key = "reliability"
  package static let summary = "how often the preferred answer is the better one, by confidence"
  package static let title = "Reliability"

  package static func contents(of report: Report) -> [Markup] {
    tag("p") {
      "A difference of two scores implies a probability that the higher one is better: "
      "σ(difference / T). The temperature T is fitted to these pairs."
    }
    eachRun(of: report) { run in
      if let raw = run.raw?.probabilities {
        tag("div", ["class": "panels"]) {
          ReliabilityPlot(
            subject: run.name, raw: raw, calibrated: run.calibrated?.probabilities
          ).figure
          tag("div", ["class": "beside"]) {
            tag("p") { "Raw. " + raw.sentence }
            if let calibrated = run.calibrated?.probabilities {
              tag("p") { "Calibrated. " + calibrated.sentence }
            }
            tag("p", ["class": "hint"]) {
              "Marks below the diagonal are overconfident, marks above it underconfident. ECE is the mean "
              "distance from it, weighted by pairs. Intervals are 95%, Wilson's."
            }
          }
        }
      } else {
        tag("p", ["class": "missing"]) { "There are no labelled pairs." }
      }
    }
  }
}
