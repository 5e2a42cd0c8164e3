/// Rows that were left out because something is wrong with them.
package import TareCore

package struct SkippedRows: Sendable, Equatable {
  package enum Kind: String, CaseIterable, Sendable {
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
    case tooLong = "too_long"
  }

  package private(set) var kinds: [Kind: Int] = [:]
  /// The lines of the first ones (rows, where a row has no line of its own), from 1.
  package private(set) var lines: [Int] = []
  /// What is wrong with the first one.
  package private(set) var first: TareError?

  /// As many lines as a message or a result names.
  private static let listed = 10

  package init() {}

  package var count: Int { kinds.values.reduce(0, +) }
  package var isEmpty: Bool { kinds.isEmpty }

  mutating func add(_ kind: Kind, line: Int, _ error: TareError) {
    kinds[kind, default: 0] += 1
    if first == nil { first = error }
    if lines.count < Self.listed { lines.append(line) }
  }

  /// Those of two looks at the same rows, first lines first.
  mutating func add(_ other: SkippedRows) {
    kinds.merge(other.kinds, uniquingKeysWith: +)
    first = first ?? other.first
    lines = Array((lines + other.lines).sorted().prefix(Self.listed))
  }
}

extension SkippedRows {
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
    case .noNumber: "without a number"
    case .notFinite: "with a number that is not finite"
    case .noLabel: "without a label"
    case .noID: "without an id"
    case .cellCount: "with a wrong number of cells"
    case .brokenQuotes: "with broken quotes"
    case .brokenUTF8: "with broken UTF-8"
    case .brokenJSON: "with broken JSON"
    case .tooLong: "longer than \(CSVFault.longestRow >> 20) MiB"
    }
  }
}
