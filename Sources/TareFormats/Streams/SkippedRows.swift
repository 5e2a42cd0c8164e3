/// Rows that were left out because something is wrong with them.
internal import Foundation
package import TareCore

package struct SkippedRows: Sendable, Equatable {
  package enum Kind: String, CaseIterable, Sendable {
    /// A needed cell that is empty, null or NaN, where rows are left out for that.
    case missing
    /// A score or covariate that is missing or no number.
    case noNumber = "no_number"
    /// NaN, infinite or too large.
    case notFinite = "not_finite"
    /// A label that is no number, or a role that is none.
    case noLabel = "no_label"
    /// No value where the prompt's id belongs.
    case noID = "no_id"
    case cellCount = "wrong_cell_count"
    case brokenQuotes = "broken_quotes"
    case brokenUTF8 = "broken_utf8"
    case brokenJSON = "broken_json"
    /// Prompt and responses that cannot be made out, in a row of preference data.
    case noConversation = "no_conversation"
    case tooLong = "too_long"
    /// A conversation that the model's chat template refuses, or that is longer than it takes.
    case notScorable = "not_scorable"
  }

  package private(set) var kinds: [Kind: Int] = [:]
  /// The lines of the first ones (rows, where a row has no line of its own), from 1.
  package private(set) var lines: [Int] = []
  /// What is wrong with the first one.
  package private(set) var first: TareError?
  /// What is wrong with the first hundred.
  package private(set) var rows: [Row] = []

  package struct Row: Sendable, Equatable {
    package let line: Int
    /// nil where it is no single one.
    package let column: String?
    package let found: String
    package let accepted: String
  }

  /// As many lines as a message or a result names.
  private static let listed = 10
  /// As many rows as are kept with what is wrong with them.
  private static let kept = 100

  package init() {}

  package var count: Int { kinds.values.reduce(0, +) }
  package var isEmpty: Bool { kinds.isEmpty }

  mutating func add(_ kind: Kind, line: Int, _ error: TareError) {
    kinds[kind, default: 0] += 1
    if first == nil { first = error }
    if lines.count < Self.listed { lines.append(line) }
    if rows.count < Self.kept { rows.append(Row(line, error)) }
  }

  /// A row of another count.
  mutating func append(_ row: Row) { rows.append(row) }

  /// Those of two looks at the same rows, first lines first.
  mutating func add(_ other: SkippedRows) {
    kinds.merge(other.kinds, uniquingKeysWith: +)
    first = first ?? other.first
    lines = Array((lines + other.lines).sorted().prefix(Self.listed))
    rows = Array((rows + other.rows).sorted { $0.line < $1.line }.prefix(Self.kept))
  }
}

extension SkippedRows.Row {
  init(_ line: Int, _ error: TareError) {
    self.line = line
    guard case .badData(let place, let found, let accepted) = error else {
      (column, found, accepted) = (nil, error.description, "")
      return
    }
    // "in.csv, line 3, column 'score'"; JSON's "line 3, column 7" is no column of a table.
    let parts = place.split(separator: "column '", maxSplits: 1)
    column = parts.count == 2 && parts[1].hasSuffix("'") ? String(parts[1].dropLast()) : nil
    (self.found, self.accepted) = (found, accepted)
  }
}

extension SkippedRows {
  /// The rows with what is wrong with them as CSV: row, column, found, reason. It is for people, who open
  /// it in spreadsheets: no cell runs there.
  package var csv: String {
    var out = Array("row,column,found,reason\n".utf8)
    for row in rows {
      let cells: [JSONValue] = [
        .int(row.line), row.column.map { .string($0) } ?? .null, .string(row.found),
        .string("expected \(row.accepted)"),
      ]
      for (index, cell) in cells.enumerated() {
        if index > 0 { out.append(comma) }
        CSVCell.append(cell, to: &out, CSVDialect())
      }
      out.append(newLine)
    }
    return String(decoding: FormulaFilter.whole(Data(out)), as: UTF8.self)
  }

  /// What is wrong with the first few, a line each.
  package var listing: [String] {
    rows.prefix(5).map { row in
      "row \(row.line)\(row.column.map { ", column '\($0)'" } ?? ""): expected \(row.accepted), "
        + "found \(row.found)"
    }
  }

  package var json: JSONValue {
    var counts = JSONObject()
    for kind in Kind.allCases { counts[kind.rawValue] = kinds[kind].map { .int($0) } }
    return [
      "count": .int(count), "lines": .array(lines.map { .int($0) }), "kinds": .object(counts),
    ]
  }

  /// A sentence; empty where none was skipped.
  package var text: String {
    guard !isEmpty else { return "" }
    let counts = Kind.allCases.compactMap { kind in
      kinds[kind].map { "\($0) \(kind.words)" }
    }
    let more = count > lines.count ? ", …" : ""
    let places = lines.map(String.init).joined(separator: ", ")
    return "Skipped \(count) bad \(count == 1 ? "row" : "rows") "
      + "(\(counts.joined(separator: ", "))), line\(count == 1 ? "" : "s") \(places)\(more)."
  }
}

extension SkippedRows.Kind {
  fileprivate var words: String {
    switch self {
    case .missing: "with a missing value"
    case .noNumber: "without a number"
    case .notFinite: "with a number that is not finite"
    case .noLabel: "without a label"
    case .noID: "without an id"
    case .cellCount: "with a wrong number of cells"
    case .brokenQuotes: "with broken quotes"
    case .brokenUTF8: "with broken UTF-8"
    case .brokenJSON: "with broken JSON"
    case .noConversation: "without a prompt and responses"
    case .notScorable: "that the model cannot take"
    case .tooLong: "longer than \(CSVFault.longestRow >> 20) MiB"
    }
  }
}
