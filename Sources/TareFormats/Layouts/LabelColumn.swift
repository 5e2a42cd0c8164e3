/// A column of labels as it is read, row by row.
import TareCore

/// What a column's labels have in common so far, and what is wrong with the first bad row.
package struct LabelColumn: Sendable {
  /// What is wrong with a row.
  package struct Problem: Sendable {
    /// The row, or its line, by which whoever reads counts.
    package let row: Int
    package let found: String
    package let accepted: String
  }

  /// Whether the user named the column, so that every row has to have a label.
  let isNamed: Bool
  /// Whether rows may be without a label where others have one.
  let allowsMissing: Bool
  /// Rows that have a label.
  package private(set) var count = 0
  private var ways = Label.Ways.all
  private var firstBad: Problem?
  private var firstEmpty: Problem?

  init(isNamed: Bool, allowsMissing: Bool = false) {
    (self.isNamed, self.allowsMissing) = (isNamed, allowsMissing)
  }

  /// - Parameters:
  ///   - text: the cell, for messages; blank where it holds nothing.
  ///   - row: by which a problem is found again.
  /// - Returns: the label; NaN where the cell holds none.
  mutating func take(_ label: Label?, text: @autoclosure () -> String, row: Int) -> Double {
    if let label {
      let common = ways.intersection(label.ways)
      if common.isEmpty {
        note(&firstBad, row, found: quoted(text()), accepted: ways.description)
        return .nan
      }
      ways = common
      count += 1
      return label.value
    }
    let text = text()
    if text.trimmed.isEmpty {
      note(&firstEmpty, row, found: "no label", accepted: "a label in every row")
    } else {
      note(&firstBad, row, found: quoted(text), accepted: Label.accepted)
    }
    return .nan
  }

  private func note(
    _ problem: inout Problem?, _ row: Int, found: String, accepted: String
  ) {
    if problem == nil { problem = Problem(row: row, found: found, accepted: accepted) }
  }

  private func quoted(_ text: String) -> String {
    text.count > 60 ? "'\(text.prefix(60))…'" : "'\(text)'"
  }

  /// Whether no row holds anything.
  package var isEmpty: Bool { count == 0 && firstBad == nil }

  /// What is wrong with the first bad row; empty cells are, beside labels.
  package var problem: Problem? {
    guard isNamed || !isEmpty else { return nil }
    if allowsMissing, !isEmpty { return firstBad }
    guard let firstBad else { return firstEmpty }
    guard let firstEmpty else { return firstBad }
    return firstEmpty.row < firstBad.row ? firstEmpty : firstBad
  }
}
