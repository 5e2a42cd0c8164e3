/// The layout that a row of none comes nearest to: what an error about it says.
import TareCore

struct NearestLayout {
  let layout: any RowLayout.Type
  /// The columns that it needs and the row lacks.
  let missing: [LayoutColumn]
  /// A column of the row for each that is missing, where one sounds like it: new name, then column.
  let renames: [(name: String, column: String)]

  /// The one that lacks the least once columns have other names; of those one that the row has marks of,
  /// or the most columns.
  init(to row: SourceRow) {
    let named = Self.named(row)
    let all = RowLayouts.registry.entries.map { layout in
      let missing = layout.missing(in: row)
      return (layout: layout, missing: missing, renames: Self.renames(missing, layout, row, named))
    }
    func rank(_ place: Int) -> (Int, Int, Int, Int, Int) {
      let (layout, missing, renames) = all[place]
      let needed = layout.columns.count { $0.isNeeded }
      return (
        layout.marks.contains(where: row.has) ? 0 : 1, missing.count - renames.count,
        -(needed - missing.count), needed, layout.marks.isEmpty ? 1 : 0
      )
    }
    let nearest = all.indices.min { rank($0) < rank($1) } ?? 0
    layout = all[nearest].layout
    missing = all[nearest].missing
    renames = all[nearest].renames
    isLikely =
      missing.count < layout.columns.count { $0.isNeeded } || !renames.isEmpty
      || layout.marks.contains(where: row.has)
  }

  /// Whether anything of the row points to the layout.
  let isLikely: Bool

  /// - Parameter mapping: how a user names columns.
  func error(_ row: SourceRow, _ mapping: ColumnMapping) -> TareError {
    let names = row.columnNames
    guard !names.isEmpty, isLikely, let first = missing.first else {
      return .badData(
        place: row.place, found: names.isEmpty ? "no columns" : "the columns \(names)",
        accepted: "the columns of a layout (\(RowLayouts.registry.keys.joined(separator: ", ")))")
    }
    if renames.isEmpty, let null = first.names.first(where: { row.columns[$0] == .null }) {
      return row.error(null, found: "null", accepted: "a value (layout \(layout.key))")
    }
    let wanted = layout.columns.filter(\.isNeeded).map(\.names[0]).joined(separator: ", ")
    var nearest = "the nearest layout is \(layout.key) (\(wanted))"
    if let naming = mapping.naming {
      nearest +=
        ", whose columns are named with \(naming) \(assignments); "
        + "`tare formats FILE` shows the columns of the file"
    } else if !renames.isEmpty {
      nearest +=
        ": " + renames.map { "'\($0.column)' may be '\($0.name)'" }.joined(separator: ", ")
    }
    guard layout.marks.contains(where: row.has) else {
      return .badData(
        place: row.place, found: "the columns \(names); \(nearest)",
        accepted: "the columns of a layout")
    }
    return row.error(
      first.names[0], found: "only \(names); \(nearest)", accepted: "this column")
  }

  /// `prompt=question,response=…`: what a mapping would have to say.
  var assignments: String {
    missing.map { column in
      let rename = renames.first { column.names.contains($0.name) }
      return "\(rename?.name ?? column.names[0])=\(rename?.column ?? "COLUMN")"
    }.joined(separator: ",")
  }
}

// MARK: - What columns sound like

extension NearestLayout {
  private static let words: [LayoutColumn.Meaning: [String]] = [
    .prompt: [
      "prompt", "question", "query", "instruction", "input", "problem", "user", "task", "ask",
      "source", "context", "request",
    ],
    .response: [
      "response", "answer", "output", "completion", "reply", "generation", "generated", "assistant",
      "solution", "text", "prediction",
    ],
    .responses: [
      "responses", "answers", "outputs", "candidates", "completions", "generations", "samples",
      "replies",
    ],
    .chosen: [
      "chosen", "better", "preferred", "winner", "win", "good", "accepted", "positive", "best",
    ],
    .rejected: [
      "rejected", "worse", "dispreferred", "loser", "lose", "bad", "refused", "negative", "worst",
    ],
    .conversation: ["conversation", "messages", "dialog", "dialogue", "chat", "turns"],
    .label: ["label", "gold", "correct", "preference", "winner", "better"],
  ]

  private static let known = Set(words.values.joined())

  /// A column with a value whose name has words of those.
  private typealias Named = (key: String, value: JSONValue, parts: Set<String>)

  private static func named(_ row: SourceRow) -> [Named] {
    row.columns.members.compactMap { key, value in
      guard value != .null else { return nil }
      let parts = Set(key.lowercased().split { !$0.isLetter }.map(String.init))
      return parts.isDisjoint(with: known) ? nil : (key, value, parts)
    }
  }

  private static func renames(
    _ missing: [LayoutColumn], _ layout: any RowLayout.Type, _ row: SourceRow, _ named: [Named]
  ) -> [(name: String, column: String)] {
    let used = Set(layout.columns.compactMap(row.column))
    var free = named.filter { !used.contains($0.key) }
    var found: [(name: String, column: String)] = []
    for column in missing {
      let words = words[column.meaning] ?? []
      func place(_ index: Int) -> Int? { words.firstIndex { free[index].parts.contains($0) } }
      let best = free.indices.filter { place($0) != nil && free[$0].value.fits(column) }
        .min { (place($0) ?? 0) < (place($1) ?? 0) }
      guard let best else { continue }
      found.append((column.names[0], free[best].key))
      free.remove(at: best)
    }
    return found
  }
}

extension NearestLayout {
  /// All of a row that the nearest layout depends on: rows of one shape have the same.
  struct Shape: Equatable {
    private enum Kind { case null, list, listAsText, object, text, other }

    private let keys: [String]
    private let kinds: [Kind]

    init(of row: SourceRow) {
      keys = row.columns.keys
      kinds = row.columns.members.map { _, value in
        if value == .null { return .null }
        if value.parsedIfText.array != nil { return value.array == nil ? .listAsText : .list }
        if value.object != nil { return .object }
        return value.string == nil ? .other : .text
      }
    }
  }
}

extension JSONValue {
  /// Whether a value may be what a column of a layout holds.
  fileprivate func fits(_ column: LayoutColumn) -> Bool {
    switch column.meaning {
    case .responses, .conversation: parsedIfText.array != nil
    case .label: parsedIfText.array == nil && object == nil
    case .preference: false
    default: string != nil || array != nil || object != nil
    }
  }
}
