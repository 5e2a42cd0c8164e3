/// Whether corrections hold where scores select, and what they moved elsewhere.

package enum AuditSection: ReportSection {
  package static let key = "audit"
  package static let summary = "selection and substitution of calibrations, as audited"
  package static let title = "Does the correction hold?"

  package static func isShown(in report: Report) -> Bool { !report.audits.isEmpty }

  package static func contents(of report: Report) -> [Markup] {
    ReportedFindings.contents(of: report.audits)
  }
}
