/// A mapping resolved for the columns of one file.
import TareCore

struct ColumnView {
  private struct Source {
    let entry: ColumnMapping.Entry
    /// As the file spells it.
    let column: String
    let steps: [ColumnPath.Step]
  }

  private let sources: [Source]
  /// The names that the mapping gives, each once.
  let names: [String]
  /// Columns of which nothing is left beside what has a new name.
  private let taken: Set<String>

  /// - Throws: `TareError.badData` that names the columns that are there, for one that is not.
  init(_ mapping: ColumnMapping, of columns: [String]) throws(TareError) {
    let known = ColumnNames(columns)
    sources = try mapping.entries.map { (entry) throws(TareError) in
      guard let found = entry.path.resolved(in: known) else {
        throw .badData(
          place: "", found: "no column '\(entry.path.text)' to use as '\(entry.name)'",
          accepted: "one of \(quoted(columns))")
      }
      return Source(entry: entry, column: found.column, steps: found.steps)
    }
    var names: [String] = []
    for entry in mapping.entries where !names.contains(entry.name) { names.append(entry.name) }
    self.names = names
    taken = Set(sources.filter(\.steps.isEmpty).map(\.column))
  }

  /// The columns as layouts see them: those of the file without the ones that have another name, and
  /// the new names.
  func columns(_ all: [String]) -> [String] {
    all.filter { !taken.contains($0) && !names.contains($0) } + names
  }

  /// What one row has under a new name; nil where it has nothing.
  ///
  /// - Parameter cell: the value of a column of the file.
  func value(_ name: String, _ cell: (String) -> JSONValue) -> JSONValue? {
    let own = sources.filter { $0.entry.name == name }
    let found = own.compactMap { cell($0.column).following($0.steps) }
    guard let first = own.first, !found.isEmpty else { return nil }
    guard first.entry.isList else { return found[0] }
    // Several places are an element each; one may hold the list itself, in a CSV cell as JSON.
    guard own.count == 1 else { return .array(found) }
    let value = found[0].parsedIfText
    return value == .null || value.array != nil ? value : .array([value])
  }

  /// The columns of the file that a name is read from.
  func columns(of name: String) -> [String] {
    sources.filter { $0.entry.name == name }.map(\.column)
  }

  /// - Throws: `TareError.badData` that names the members there are, where no row has the member that a
  ///   name stands for.
  /// - Parameter cells: the values of a column of the file.
  func check<Cells: Sequence<JSONValue>>(_ cells: (String) -> Cells) throws(TareError) {
    for source in sources where !source.steps.isEmpty {
      let values = cells(source.column)
      guard !values.contains(where: { $0.following(source.steps) != nil }) else { continue }
      let example = values.first { $0 != .null }?.parsedIfText ?? .null
      let members = example.object?.keys ?? example.array?.first?.object?.keys
      throw .badData(
        place: "column '\(source.column)'",
        found: "nothing at '\(source.entry.path.text)' in any row"
          + (members == nil ? ", but \(example.kindName)" : ""),
        accepted: members.map { "one of its members \(quoted($0))" } ?? "a list or an object")
    }
  }

  /// A row as layouts see it.
  func row(_ row: SourceRow) -> SourceRow {
    var left = row.columns
    for source in sources {
      left[source.column] = left[source.column].flatMap { $0.without(source.steps) }
    }
    for name in names {
      left[name] = value(name) { row.columns[$0] ?? .null }
    }
    return SourceRow(place: row.place, columns: left, isText: row.isText)
  }
}

/// All of a file's columns, quoted, for messages.
private func quoted(_ names: [String]) -> String {
  names.map { "'\($0)'" }.joined(separator: ", ")
}
