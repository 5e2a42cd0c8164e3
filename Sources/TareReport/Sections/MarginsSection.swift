/// By how much the better response wins or loses.

package enum MarginsSection: ReportSection {
  package static let key = "margins"
  package static let summary = "by how much the better answer wins or loses"
  package static let title = "Margins"

  package static func contents(of report: Report) -> [Markup] {
    eachRun(of: report) { run in
      if run.margins.isEmpty {
        tag("p", ["class": "missing"]) { "There are no labelled pairs to count." }
      } else {
        tag("div", ["class": "panels"]) {
          MarginPlot(subject: run.name, margins: run.margins).figure
          tag("div", ["class": "beside"]) {
            for sentence in sentences(of: run) { tag("p") { sentence } }
            tag("p", ["class": "hint"]) {
              "The outermost two hundredths of the pairs are counted in the outer bars. Equal scores "
              "stand left of 0: they count as wrong."
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
        \(kind): half of the \(sorted.count.counted("pair")) lie between \(place(0.25)) and \
        \(place(0.75)), the median is \(place(0.5)).
        """
    }
    return [
      sentence("Raw", run.margins.raw), sentence("Calibrated", run.margins.calibrated),
    ].compactMap(\.self)
  }
}
