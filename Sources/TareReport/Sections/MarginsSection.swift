/// By how much the better response wins or loses.

package enum MarginsSection: ReportSection {
  package static let key = "margins"
  package static let summary = "distribution of the margins of the better answer"
  package static let title = "Margins"

  package static func contents(of report: Report) -> [Markup] {
    eachRun(of: report) { run in
      if run.margins.isEmpty {
        tag("p", ["class": "missing"]) { "There are no labelled pairs." }
      } else {
        tag("div", ["class": "panels"]) {
          MarginPlot(subject: run.name, margins: run.margins).figure
          tag("div", ["class": "beside"]) {
            for sentence in sentences(of: run) { tag("p") { sentence } }
            tag("p", ["class": "hint"]) {
              "The outer 2% of the pairs are included in the outer bars. Equal scores "
              "are left of 0: they count as wrong."
            }
          }
        }
      }
    }
  }

  private static func sentences(of run: Report.Run) -> [String] {
    func sentence(_ kind: String, _ sorted: [Double]) -> String? {
      guard !sorted.isEmpty else { return nil }
      func place(_ share: Double) -> String {
        sorted[Int((share * Double(sorted.count - 1)).rounded())].significant(3)
      }
      return """
        \(kind): median \(place(0.5)), quartiles \(place(0.25)) and \(place(0.75)) of \
        \(sorted.count.counted("pair")).
        """
    }
    return [
      sentence("Raw", run.margins.raw), sentence("Calibrated", run.margins.calibrated),
    ].compactMap(\.self)
  }
}
