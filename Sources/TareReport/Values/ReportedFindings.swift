/// What another command found, as sentences and tables for the page.

package struct ReportedFindings: Sendable, Hashable {
  package struct Table: Sendable, Hashable {
    package var caption: String
    package var header: [String]
    /// The first cell names the row.
    package var rows: [[String]]

    package init(caption: String, header: [String], rows: [[String]]) {
      (self.caption, self.header, self.rows) = (caption, header, rows)
    }
  }

  /// What it is about: a calibration, a model.
  package var subject: String
  package var sentences: [String]
  package var tables: [Table]

  package init(subject: String, sentences: [String], tables: [Table]) {
    (self.subject, self.sentences, self.tables) = (subject, sentences, tables)
  }

  /// The contents of a section with findings of one kind.
  @MarkupBuilder static func contents(of all: [ReportedFindings]) -> [Markup] {
    for findings in all {
      tag("h3") { findings.subject }
      for sentence in findings.sentences { tag("p") { sentence } }
      for table in findings.tables where !table.rows.isEmpty {
        NumbersTable(
          caption: "\(findings.subject): \(table.caption)", header: table.header, rows: table.rows,
          isOpen: true, title: table.caption
        ).markup
      }
    }
  }
}
