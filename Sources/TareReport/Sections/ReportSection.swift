/// What a section of the report is.
package import TareCore

/// A new one gives its key, which is also its anchor in the page, its title and its contents.
package protocol ReportSection: Registered {
  static var title: String { get }

  /// Whether the page has the section; if not said, where there are runs, or nothing else either.
  static func isShown(in report: Report) -> Bool

  /// What stands below the title. Where the report lacks what the section tells of, it says so.
  @MarkupBuilder static func contents(of report: Report) -> [Markup]
}

extension ReportSection {
  package static func isShown(in report: Report) -> Bool {
    !report.runs.isEmpty
      || (report.routing.isEmpty && report.attention.isEmpty && report.audits.isEmpty
        && report.probes.isEmpty && report.questions.isEmpty)
  }

  /// The contents for each run, under its name where there are several.
  @MarkupBuilder static func eachRun(
    of report: Report, @MarkupBuilder _ contents: (Report.Run) -> [Markup]
  ) -> [Markup] {
    if report.runs.isEmpty {
      tag("p", ["class": "missing"]) { "The report contains no run." }
    }
    for (place, run) in report.runs.enumerated() {
      if report.runs.count > 1 {
        // The script hides what is not of the run that the reader picks.
        tag("div", ["class": "of-run", "data-run": String(place)]) {
          tag("h3") { run.name }
          contents(run)
        }
      } else {
        contents(run)
      }
    }
  }
}
