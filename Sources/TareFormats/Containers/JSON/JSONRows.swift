/// Table rows that are JSON objects, and the layouts in which files hold them.
package import TareCore

package struct JSONRows: TableRows {
  package let columns: [String]
  private let rows: [SourceRow]
  private let layout: Layout
  package var skipped: SkippedRows { SkippedRows() }

  enum Layout: Sendable {
    /// One array of objects.
    case array
    /// Objects one after another, over several lines each.
    case sequence
    /// A value that holds a table, and how.
    case frame(JSONFrame, JSONValue)
    /// One object of a list a column, as the file holds it.
    case columns(JSONObject)
  }

  init(_ rows: [SourceRow], layout: Layout) {
    self.rows = rows
    self.layout = layout
    var columns: [String] = []
    var known: Set<String> = []
    var previous: [String] = []
    for row in rows where !row.columns.hasKeys(previous) {
      previous = row.columns.keys
      columns += previous.filter { known.insert($0).inserted }
    }
    self.columns = columns
  }

  package var count: Int { rows.count }
  package var sourceRows: SourceRows { SourceRows(rows) }

  package var plainFormat: String? {
    switch layout {
    case .array, .frame(.records, _): JSONOutput.key
    case .sequence, .frame, .columns: nil
    }
  }
  package var isText: Bool { false }
  package func place(of row: Int) -> String { rows[row].place }

  package func value(of column: String, in row: Int) -> JSONValue {
    rows[row].columns[column] ?? .null
  }

  package func values(of column: String, in selected: [Int]) -> [JSONValue] {
    selected.map { rows[$0].columns[column] ?? .null }
  }
}

// MARK: - Writing

extension JSONRows {
  package func encoded(_ selected: [Int], adding added: [TableColumn]) -> [UInt8] {
    switch layout {
    case .array:
      let objects = selected.enumerated().map { position, row in
        JSONValue.object(object(rows[row], adding: added, at: position))
      }
      return Array((JSONValue.array(objects).text(indent: 2) + "\n").utf8)
    case .sequence:
      return selected.enumerated().flatMap { position, row in
        Array(
          (JSONValue.object(object(rows[row], adding: added, at: position)).text(indent: 2) + "\n")
            .utf8)
      }
    case .frame(let frame, let value):
      let objects = selected.enumerated().map { position, row in
        object(rows[row], adding: added, at: position)
      }
      let written = frame.encoded(objects, selected, adding: added, in: value)
      let isList = frame == .records || frame == .row
      return Array((written.text(indent: isList ? 2 : nil) + "\n").utf8)
    case .columns(var whole):
      for column in columns { whole[column] = .array(values(of: column, in: selected)) }
      for column in added { whole[column.name] = .array(column.values) }
      return Array((JSONValue.object(whole).text() + "\n").utf8)
    }
  }

  private func object(
    _ row: SourceRow, adding added: [TableColumn], at position: Int
  ) -> JSONObject {
    var object = row.columns
    for column in added { object[column.name] = column.values[position] }
    return object
  }
}
