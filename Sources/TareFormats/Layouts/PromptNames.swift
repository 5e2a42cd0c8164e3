/// The prompt of each row of a table, by the rule of its layout.
import TareCore

struct PromptNames {
  /// [row]
  let ids: [String]

  /// - Throws: `TareError.badData` that names the row of an id that is missing, or none.
  init(_ table: DataTable, _ layout: TableLayout) throws(TareError) {
    switch layout.prompt {
    case .id(let column):
      ids = try Self.ids(table, column, try table.names(in: column))
    case .named(let column):
      ids = try Self.ids(table, column, try table.values(in: column).map(Self.name))
    case .texts(let columns):
      ids = Self.ids(ofTexts: columns.map(table.cells), in: table)
    case .conversations(let column):
      ids = table.cells(column).enumerated().map { row, cell in
        Self.prompt(before: cell, isText: table.isText).map(PromptRule.name)
          ?? PromptRule.name(ofRow: table.rows[row])
      }
    case .rows:
      ids = table.rows.map(PromptRule.name)
    }
  }

  private static func ids(
    _ table: DataTable, _ column: String, _ names: [String?]
  ) throws(TareError) -> [String] {
    var ids: [String] = []
    ids.reserveCapacity(names.count)
    for (row, name) in names.enumerated() {
      guard let name else {
        throw table.error(row, column, found: "no value", accepted: "the prompt's id")
      }
      ids.append(name)
    }
    return ids
  }

  /// A column that the user names may hold anything: an id as it is, a text whole.
  private static func name(_ cell: JSONValue) -> String? {
    if case .int(let number) = cell { return "\(number)" }
    return PromptRule.text(cell)
  }

  /// - Parameter columns: cells, [column][row].
  private static func ids(ofTexts columns: [[JSONValue]], in table: DataTable) -> [String] {
    var names: [[JSONValue]: String] = [:]
    return table.rows.indices.map { row in
      let cells = columns.map { $0[row] }
      // A row without a prompt belongs to no other.
      guard let text = PromptRule.text(cells[0]) else {
        return PromptRule.name(ofRow: table.rows[row])
      }
      if let name = names[cells] { return name }
      let others = cells.dropFirst().map(PromptRule.text)
      let name: String
      if others.contains(where: { $0 != nil }) {
        name = PromptRule.name(
          JSONValue.array([.string(text)] + others.map { $0.map { .string($0) } ?? .null }).text())
      } else {
        name = PromptRule.name(text)
      }
      names[cells] = name
      return name
    }
  }

  /// The messages before the last of a conversation; nil where there are none.
  private static func prompt(before cell: JSONValue, isText: Bool) -> String? {
    let cell = isText ? cell.string.flatMap { try? JSONValue(parsing: $0) } ?? .null : cell
    // Several conversations to one prompt.
    let messages = cell.array?.first?.array ?? cell.array
    guard let messages, messages.count > 1, messages.allSatisfy({ $0.object != nil }) else {
      return nil
    }
    return PromptRule.text(.array(messages.dropLast()))
  }
}
