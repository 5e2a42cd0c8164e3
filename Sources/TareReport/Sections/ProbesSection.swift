/// How scores change by edits whose effect on quality is known.

package enum ProbesSection: ReportSection {
  package static let key = "probes"
  package static let summary = "effects of edits on the score"
  package static let title = "Edited responses"

  package static func isShown(in report: Report) -> Bool { !report.probes.isEmpty }

  package static func contents(of report: Report) -> [Markup] {
    ReportedFindings.contents(of: report.probes)
  }
}
