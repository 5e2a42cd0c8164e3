/// Where the numbers come from.

package enum ProvenanceSection: ReportSection {
  package static let key = "provenance"
  package static let summary = "models, data, versions and commands"
  package static let title = "Provenance"

  package static func isShown(in report: Report) -> Bool { true }

  package static func contents(of report: Report) -> [Markup] {
    facts(report.provenance, caption: "This report")
    for run in report.runs {
      facts(run.provenance, caption: run.name)
    }
    if report.provenance.isEmpty, report.runs.allSatisfy(\.provenance.isEmpty) {
      tag("p", ["class": "missing"]) { "No provenance was recorded." }
    }
  }

  @MarkupBuilder private static func facts(
    _ facts: [Report.Fact], caption: String
  ) -> [Markup] {
    if !facts.isEmpty {
      tag("table", ["class": "facts"]) {
        tag("caption") { caption }
        tag("tbody") {
          for fact in facts {
            tag("tr") {
              tag("th", ["scope": "row"]) { fact.name }
              tag("td") { fact.value }
            }
          }
        }
      }
    }
  }
}
