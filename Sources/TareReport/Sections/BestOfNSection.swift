/// What the best of n candidates is worth.

package enum BestOfNSection: ReportSection {
  package static let key = "best-of-n"
  package static let summary = "what the best of n candidates is worth, for every n"
  package static let title = "Best of n"

  package static func contents(of report: Report) -> [Markup] {
    eachRun(of: report) { run in
      if let best = run.bestOfN {
        tag("p") {
          "Of n candidates drawn from each prompt's, the one with the highest score is taken: what it "
          "has on average, over all ways to draw. Bands are 95%, over prompts."
        }
        tag("div", ["class": "panels"]) {
          for panel in best.panels { BestOfNPlot(subject: run.name, panel: panel).figure }
        }
      } else {
        tag("p", ["class": "missing"]) {
          "No prompt has more than two candidates: accuracy says all there is."
        }
      }
    }
  }
}
