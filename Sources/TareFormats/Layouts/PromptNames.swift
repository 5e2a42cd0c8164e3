/// The prompt of each row of a table, by the rule of its layout.
import TareCore

struct PromptNames {
  /// [row]
  let ids: [String]
  /// By what rows are one prompt's; another than the layout's where its ids turn out to be the rows'.
  let rule: PromptRule
  /// What a reader should know of the ids, in a phrase.
  private(set) var note: String?

  /// - Throws: `TareError.badData` that names the row of an id that is missing, or none, or that stands
  ///   for two prompts.
  init(_ table: DataTable, _ layout: TableLayout) throws(TareError) {
    switch layout.prompt {
    case .id(let column):
      var ids = try Self.ids(table, column, try table.names(in: column))
      if let texts = layout.pairTexts, let names = Self.names(by: texts, in: table) {
        (ids, note) = try Self.separated(ids, names, in: table, layout)
      }
      if let texts = layout.promptTexts, let names = Self.names(by: texts, in: table),
        try Self.check(ids, of: column, against: names, in: table, layout)
      {
        self.ids = zip(names, table.rows).map { $0 ?? PromptRule.name(ofRow: $1) }
        rule = texts
      } else {
        (self.ids, rule) = (ids, layout.prompt)
      }
    case .named(let column):
      ids = try Self.ids(table, column, try table.values(in: column).map(Self.name))
      rule = layout.prompt
    case .texts, .conversations, .rows:
      let names = Self.names(by: layout.prompt, in: table) ?? table.rows.map { _ in nil }
      // A row without a prompt belongs to no other.
      ids = zip(names, table.rows).map { $0 ?? PromptRule.name(ofRow: $1) }
      rule = layout.prompt
    }
  }

  /// Names made of the prompts themselves, [row]; nil in a row without one, or for another rule.
  private static func names(by rule: PromptRule, in table: DataTable) -> [String?]? {
    switch rule {
    case .texts(let columns): return names(ofTexts: columns.map(table.cells))
    case .conversations(let column, let contexts):
      let prompts = table.cells(column).map { cell -> JSONValue in
        prompt(before: cell, isText: table.isText).map { .string($0) } ?? .null
      }
      return names(ofTexts: [prompts] + contexts.map(table.cells))
    case .named, .id, .rows: return nil
    }
  }

  /// The ids, other ones for further prompts under one id; a row without a prompt is of the first.
  private static func separated(
    _ ids: [String], _ names: [String?], in table: DataTable, _ layout: TableLayout
  ) throws(TareError) -> (ids: [String], note: String?) {
    let subsets = try layout.subset.map { (name) throws(TareError) in try table.names(in: name) }
    let sections = try layout.section.map { (name) throws(TareError) in try table.names(in: name) }
    var prompts = SeparatePrompts<String>()
    let separated = zip(ids, names).enumerated().map { row, prompt in
      guard let name = prompt.1 else { return prompt.0 }
      let key = PromptKey(section: sections?[row], subset: subsets?[row], id: prompt.0)
      return prompts.id(key, of: name)
    }
    return (separated, prompts.note)
  }

  /// - Returns: whether the ids are the rows' own, each another, while prompts come again.
  /// - Throws: `TareError.badData` that names two rows with one id and different prompts.
  private static func check(
    _ ids: [String], of column: String, against names: [String?], in table: DataTable,
    _ layout: TableLayout
  ) throws(TareError) -> Bool {
    let none = [String?](repeating: nil, count: ids.count)
    let subsets = try layout.subset.map { (name) throws(TareError) in try table.names(in: name) }
    let sections = try layout.section.map { (name) throws(TareError) in try table.names(in: name) }
    var first: [PromptKey: Int] = [:]
    var prompts: Set<PromptKey> = []
    var promptsComeAgain = false
    for (row, id) in ids.enumerated() {
      let (section, subset) = ((sections ?? none)[row], (subsets ?? none)[row])
      if let name = names[row] {
        let isNew = prompts.insert(PromptKey(section: section, subset: subset, id: name)).inserted
        if !isNew { promptsComeAgain = true }
      }
      let key = PromptKey(section: section, subset: subset, id: id)
      guard let before = first[key] else {
        first[key] = row
        continue
      }
      if let name = names[row], let other = names[before], name != other {
        throw table.error(
          row, column, found: "the id '\(id)' with another prompt than \(table.place(of: before))",
          accepted: "one prompt under one id")
      }
    }
    return layout.mayNumberRows && first.count == ids.count && promptsComeAgain
      && column.trimmed.lowercased() != "prompt_id"
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
  /// - Returns: nil for a row without a prompt.
  private static func names(ofTexts columns: [[JSONValue]]) -> [String?] {
    var names: [[JSONValue]: String] = [:]
    return columns[0].indices.map { row in
      let cells = columns.map { $0[row] }
      guard let text = PromptRule.text(cells[0]) else { return nil }
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

  /// The messages before the response of a conversation; nil where there are none.
  private static func prompt(before cell: JSONValue, isText: Bool) -> String? {
    let cell = isText ? cell.string.flatMap { try? JSONValue(parsing: $0) } ?? .null : cell
    // Several conversations to one prompt.
    let messages = cell.array?.first?.array ?? cell.array
    guard let messages, messages.count > 1, messages.allSatisfy({ $0.object != nil }) else {
      return nil
    }
    let turns = messages.compactMap { try? Message(Turn.normalised($0)) }
    let start = turns.count == messages.count ? turns.responseStart : messages.count - 1
    return PromptRule.text(.array(Array(messages[..<start])))
  }
}
