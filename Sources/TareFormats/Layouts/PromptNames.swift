/// The prompt of each row of a table, by the rule of its layout.
import TareCore

struct PromptNames {
  /// Every row has one.
  let prompts: NameColumn
  /// By what rows are one prompt's; another than the layout's where its ids turn out to be the rows'.
  let rule: PromptRule
  /// What a reader should know of the ids, in a phrase.
  private(set) var note: String?

  /// [row]
  var ids: [String] { prompts.codes.map { prompts.names[Int($0)] } }

  /// - Throws: `TareError.badData` that names the row of an id that is missing, or none, or that stands
  ///   for two prompts.
  init(_ table: DataTable, _ layout: TableLayout) throws(TareError) {
    switch layout.prompt {
    case .id(let column):
      var ids = try Self.ids(table, column, try table.nameColumn(of: column))
      if let texts = layout.pairTexts, let names = Self.names(by: texts, in: table) {
        (ids, note) = try Self.separated(ids, names, in: table, layout)
      }
      if let texts = layout.promptTexts, let numbers = Self.numbers(by: texts, in: table),
        try Self.check(ids, of: column, against: numbers, in: table, layout),
        let names = Self.names(by: layout.promptsOfRows, in: table)
      {
        (prompts, rule) = (Self.complete(names, in: table), layout.promptsOfRows)
      } else {
        (prompts, rule) = (ids, layout.prompt)
      }
    case .named(let column):
      let names: NameColumn
      if let found = table.nameColumn(column) {
        names = found
      } else {
        names = NameColumn(try table.values(in: column).map(Self.name))
      }
      (prompts, rule) = (try Self.ids(table, column, names), layout.prompt)
    case .texts, .conversations, .rows:
      let none = NameColumn(names: [], codes: table.rows.map { _ in -1 })
      let names = Self.names(by: layout.prompt, in: table) ?? none
      (prompts, rule) = (Self.complete(names, in: table), layout.prompt)
    }
  }

  /// A row without a prompt belongs to no other.
  private static func complete(_ names: NameColumn, in table: DataTable) -> NameColumn {
    guard !names.isComplete else { return names }
    return NameColumn(
      table.rows.indices.lazy.map { row -> String? in
        names[row] ?? PromptRule.name(ofRow: table.rows[row])
      })
  }

  /// Which prompt each row has, -1 for none, [row]; nil as for `names`.
  private static func numbers(by rule: PromptRule, in table: DataTable) -> [Int32]? {
    plainNumbers(by: rule, in: table)?.numbers ?? names(by: rule, in: table)?.codes
  }

  /// The same where prompts are the texts of one column, with the row that has each first; nil where
  /// they are, or may be, more.
  private static func plainNumbers(
    by rule: PromptRule, in table: DataTable
  ) -> (numbers: [Int32], firstRows: [Int32])? {
    guard case .texts(let columns) = rule, columns.count == 1,
      let text = table.texts(of: columns[0])
    else { return nil }
    var numbers = RowNumbers()
    var isPlain = true
    let found = numbers.numbers(ofTexts: table.rows.count) { row, bytes in
      guard isPlain, text(row, &bytes) else {
        isPlain = false
        return false
      }
      return !bytes.isEmpty
    }
    return isPlain ? (found, numbers.firstRows) : nil
  }

  /// Names made of the prompts themselves, none in a row without one; nil for another rule.
  private static func names(by rule: PromptRule, in table: DataTable) -> NameColumn? {
    switch rule {
    case .texts(let columns):
      if let (numbers, firstRows) = plainNumbers(by: rule, in: table) {
        let column = table.named(columns)[0]
        let names = firstRows.map {
          PromptRule.text(table.cell(Int($0), column)).map(PromptRule.name)
        }
        return NameColumn(numbers.lazy.map { $0 < 0 ? nil : names[Int($0)] })
      }
      let columns = table.named(columns)
      return names(of: table) { row in columns.map { table.cell(row, $0) } }
    case .conversations(let column, let contexts):
      let columns = table.named([column] + contexts)
      return names(of: table) { row in
        let prompt = prompt(before: table.cell(row, columns[0]), isText: table.isText)
        return [prompt.map { .string($0) } ?? .null]
          + columns.dropFirst().map { table.cell(row, $0) }
      }
    case .named, .id, .rows: return nil
    }
  }

  /// The ids, other ones for further prompts under one id; a row without a prompt is of the first.
  private static func separated(
    _ ids: NameColumn, _ names: NameColumn, in table: DataTable, _ layout: TableLayout
  ) throws(TareError) -> (ids: NameColumn, note: String?) {
    let subsets = try layout.subset.map { (name) throws(TareError) in try table.names(in: name) }
    let sections = try layout.section.map { (name) throws(TareError) in try table.names(in: name) }
    var prompts = SeparatePrompts<String>()
    let separated = ids.codes.indices.map { row -> String? in
      guard let id = ids[row], let name = names[row] else { return ids[row] }
      let key = PromptKey(section: sections?[row], subset: subsets?[row], id: id)
      return prompts.id(key, of: name)
    }
    return (NameColumn(separated), prompts.note)
  }

  /// - Parameter numbers: which prompt each row has, -1 for none, [row].
  /// - Returns: whether the ids are the rows' own, each another, while prompts come again.
  /// - Throws: `TareError.badData` that names two rows with one id and different prompts.
  private static func check(
    _ ids: NameColumn, of column: String, against numbers: [Int32], in table: DataTable,
    _ layout: TableLayout
  ) throws(TareError) -> Bool {
    let subsets = try layout.subset.map { (name) throws(TareError) in
      try table.nameColumn(of: name)
    }
    let sections = try layout.section.map { (name) throws(TareError) in
      try table.nameColumn(of: name)
    }
    let groups = PromptGroups(prompts: ids, subsets: subsets, sections: sections)
    var first = [Int](repeating: -1, count: groups.count)
    for (row, group) in groups.groupOfRow.enumerated() {
      let before = first[Int(group)]
      if before < 0 {
        first[Int(group)] = row
      } else if numbers[row] >= 0, numbers[before] >= 0, numbers[row] != numbers[before] {
        throw table.error(
          row, column,
          found:
            "the id '\(ids[row] ?? "")' with a different prompt than in \(table.place(of: before))",
          accepted: "one prompt per id")
      }
    }
    guard layout.mayNumberRows, groups.count == ids.count,
      column.foldedName != "prompt_id"
    else { return false }
    let numbered = numbers.indices.filter { numbers[$0] >= 0 }
    let keys = numbered.map { row in
      [numbers[row], subsets?.codes[row] ?? -1, sections?.codes[row] ?? -1]
    }
    return Set(keys).count < numbered.count
  }

  private static func ids(
    _ table: DataTable, _ column: String, _ names: NameColumn
  ) throws(TareError) -> NameColumn {
    guard let row = names.codes.firstIndex(of: -1) else { return names }
    throw table.error(row, column, found: "no value", accepted: "the prompt's id")
  }

  /// A column that the user names may hold anything: an id as it is, a text whole.
  private static func name(_ cell: JSONValue) -> String? {
    if case .int(let number) = cell { return "\(number)" }
    return PromptRule.text(cell)
  }

  /// - Parameter cells: the prompt of a row and what belongs to it.
  private static func names(of table: DataTable, _ cells: (Int) -> [JSONValue]) -> NameColumn {
    var known: [[JSONValue]: String] = [:]
    // Rows of one prompt stand together as a rule.
    var last: (cells: [JSONValue], name: String)?
    var names: [String?] = []
    names.reserveCapacity(table.rows.count)
    for row in table.rows.indices {
      let cells = cells(row)
      if let last, last.cells == cells {
        names.append(last.name)
        continue
      }
      guard let text = PromptRule.text(cells[0]) else {
        names.append(nil)
        continue
      }
      let name = known[cells] ?? name(of: text, cells.dropFirst())
      known[cells] = name
      last = (cells, name)
      names.append(name)
    }
    return NameColumn(names)
  }

  private static func name(of text: String, _ others: ArraySlice<JSONValue>) -> String {
    let others = others.map(PromptRule.text)
    guard others.contains(where: { $0 != nil }) else { return PromptRule.name(text) }
    return PromptRule.name(
      JSONValue.array([.string(text)] + others.map { $0.map { .string($0) } ?? .null }).text())
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
