/// What the best of n candidates is worth.

package enum BestOfNSection: ReportSection {
  package static let key = "best-of-n"
  package static let summary = "expected quality of the best of n candidates, for every n"
  package static let title = "Best of n"

  package static func contents(of report: Report) -> [Markup] {
    eachRun(of: report) { run in
      if let best = run.bestOfN {
        tag("p") {
          "Expected value of the highest-scoring of n candidates per prompt, averaged over all subsets "
          "of n. Bands are 95% intervals over prompts."
        }
        tag("div", ["class": "panels"]) {
          for panel in best.panels { BestOfNPlot(subject: run.name, panel: panel).figure }
        }
      } else {
        tag("p", ["class": "missing"]) {
          "No prompt has more than two candidates, so accuracy is sufficient."
        }
      }
    }
  }
}
