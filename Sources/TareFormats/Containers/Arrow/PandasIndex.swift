/// The index of a data frame, which pandas writes as columns and describes in the schema's metadata.
internal import TareCore

struct PandasIndex {
  /// Columns that are only pandas' numbers of the rows. An index with a name is a column that somebody
  /// set.
  let unnamed: Set<String>
  /// What pandas needs to take the columns for its index again.
  let metadata: [(key: String, value: String)]

  init(_ table: ArrowTable) {
    let text = table.metadata.first { $0.key == "pandas" }?.value ?? ""
    let account = try? JSONValue(parsing: text)
    let names = Set(table.columns.map(\.name))
    // An index that counts rows has no column, but an object that says so.
    let index = (account?["index_columns"]?.array ?? []).compactMap(\.string)
      .filter { names.contains($0) }
    unnamed = Set(index.filter { $0.wholeMatch(of: /__index_level_[0-9]+__/) != nil })
    guard let account, !index.isEmpty else {
      metadata = []
      return
    }
    let columns = (account["columns"]?.array ?? []).filter { column in
      column["field_name"]?.string.map { index.contains($0) } ?? false
    }
    let kept: JSONValue = [
      "index_columns": .array(index.map { .string($0) }), "column_indexes": [],
      "columns": .array(columns), "creator": account["creator"] ?? .null,
      "pandas_version": account["pandas_version"] ?? .null,
    ]
    metadata = [("pandas", kept.text())]
  }
}
