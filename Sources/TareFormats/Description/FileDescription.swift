/// What a file is and how Tare reads it: container, layout, columns, and its first rows.
package import TareCore

package struct FileDescription: Sendable {
  /// A container or a layout.
  package struct Kind: Sendable {
    package let key: String
    package let summary: String
  }

  /// A column, and what it is taken for.
  package struct Taken: Sendable {
    package let meaning: String
    package let column: String
  }

  /// A row as it is read, texts cut.
  package struct Row: Sendable {
    package let place: String
    package let id: String?
    package let subset: String?
    package let prompt: String?
    package let responses: [Response]
  }

  package struct Response: Sendable {
    package let role: String
    package let text: String?
    package let score: Double?
    package let label: Double?
  }

  /// One way to read the file: its texts, or its scores.
  package struct Reading: Sendable {
    package let layout: Kind
    package let taken: [Taken]
    package let leftOver: [String]
    package let rows: [Row]
    /// What is wrong with the rows; nil where they can be read.
    package let problem: String?
  }

  package let name: String
  package let container: Kind
  /// How many files the table is of.
  package let fileCount: Int
  package let rowCount: Int
  package let columns: [String]
  package private(set) var texts: Reading?
  package private(set) var scores: Reading?
  /// Why there are no texts to be read.
  package private(set) var textProblem: String?
  /// Why there are no scores to be read.
  package private(set) var scoreProblem: String?
  /// The layout of rows that is nearest, where no layout fits.
  package private(set) var nearest: (layout: Kind, missing: [String], mapping: String)?
  package private(set) var commands: [String] = []

  /// As many rows as are shown.
  private static let shown = 3
  /// In so many rows a column is looked for that is read only where it holds something.
  private static let lookedAt = 20
  /// As many rows as are read to find out what the file is.
  private static let tried = 200

  /// - Parameter files: how many the data are of; the others are those of `readTable`.
  /// - Throws: `TareError.badData` for a file that no container can read.
  package init(
    _ bytes: [UInt8], name: String, files: Int = 1, format: String? = nil,
    columns mapping: ColumnMapping = .init()
  ) throws(TareError) {
    fileCount = files
    let table = try readTable(bytes, name: name, format: format, columns: mapping)
    self.name = name
    let container = try FileFormats.registry.entry(for: table.format)
    self.container = Kind(key: container.key, summary: container.summary)
    rowCount = table.rows.count
    columns = table.columns
    let first = table.selecting(0..<min(rowCount, Self.tried))
    readTexts(first)
    readScores(first)
    if texts == nil, scores == nil, rowCount > 0 {
      let near = NearestLayout(to: Self.rows(of: first)[0])
      if near.isLikely, !near.missing.isEmpty {
        nearest = (
          Kind(key: near.layout.key, summary: near.layout.summary),
          near.missing.map { $0.names[0] }, near.assignments
        )
      }
    }
    commands = usable(first)
  }

  private static func rows(of table: DataTable) -> [SourceRow] {
    let cells = table.named(table.columns)
    return table.rows.indices.map { row in
      // A column that the row does not have is no column of its layout.
      let all = table.row(row, cells)
      var columns = JSONObject()
      for (key, value) in all.columns.members where value != .null { columns[key] = value }
      return SourceRow(place: all.place, columns: columns, isText: all.isText)
    }
  }
}

// MARK: - Texts

extension FileDescription {
  private mutating func readTexts(_ table: DataTable) {
    let rows = Self.rows(of: table)
    // The first may lack what the others have.
    let known = rows.prefix(Self.lookedAt).first { (try? RowLayouts.layout(of: $0)) != nil }
    guard let first = known ?? rows.first else { return }
    let layout: any RowLayout.Type
    do throws(TareError) {
      layout = try RowLayouts.layout(of: first)
    } catch {
      textProblem = error.description
      return
    }
    var taken = layout.columns.compactMap { column in
      first.column(column).map { Taken(meaning: column.meaning.rawValue, column: $0) }
    }
    var shown: [Row] = []
    var problem: String?
    for (number, row) in rows.enumerated() {
      do throws(TareError) {
        let content = try RowLayouts.layout(of: row).read(row)
        // What the first row does not have, others may.
        if number < Self.lookedAt { taken += Self.others(content, row, beside: taken) }
        if shown.count < Self.shown { shown.append(Self.row(content, row)) }
      } catch {
        problem = error.description
        break
      }
    }
    texts = Reading(
      layout: Kind(key: layout.key, summary: layout.summary), taken: taken,
      leftOver: columns.filter { name in !taken.contains { $0.column == name } }, rows: shown,
      problem: problem)
  }

  /// What is read beside the layout's own columns.
  private static func others(
    _ content: RowContent, _ row: SourceRow, beside taken: [Taken]
  ) -> [Taken] {
    func isNew(_ name: String) -> Bool { !taken.contains { $0.column == name } && row.has(name) }
    var others: [Taken] = []
    for name in content.columns where isNew(name) && !others.contains(where: { $0.column == name })
    {
      let isID = content.id != nil && name.hasSuffix("uid")
      others.append(Taken(meaning: isID ? "id" : "part of the prompt", column: name))
    }
    if let id = idColumns.first(where: row.has), isNew(id) {
      others.append(Taken(meaning: "id", column: id))
    }
    for name in row.columns.keys
    where content.subset != nil && isNew(name) && (try? row.name(name)) == content.subset {
      others.append(Taken(meaning: "subset", column: name))
    }
    for name in ["subset", "section"]
    where isNew(name) && !others.contains(where: { $0.meaning == name }) {
      others.append(Taken(meaning: name, column: name))
    }
    return others
  }

  private static func row(_ content: RowContent, _ row: SourceRow) -> Row {
    let id = content.id ?? idColumns.lazy.compactMap { try? row.name($0) }.first
    let subset = (try? row.name("subset")) ?? content.subset
    let label = content.extras.label ?? row.columns.label
    return Row(
      place: row.place, id: id, subset: subset,
      prompt: content.prompt.isEmpty ? nil : content.prompt.map(\.content).joined(separator: "\n"),
      responses: content.responses.enumerated().map { index, response in
        Response(
          role: response.role.rawValue, text: response.text, score: nil,
          label: content.grades?[index] ?? (response.role == .response ? label : nil))
      })
  }
}

// MARK: - Scores

extension FileDescription {
  private mutating func readScores(_ whole: DataTable) {
    let wanted = ScoreColumns()
    let table = Self.oneRun(whole, wanted)
    let layout: any ScoreLayout
    do throws(TareError) {
      layout = try scoreLayout(of: table, columns: wanted)
    } catch {
      scoreProblem = error.description
      return
    }
    let found = TableLayout(table.columns, wanted, layout.names)
    var taken = layout.scoreColumns.map { Taken(meaning: "score", column: $0) }
    func take(_ meaning: String, _ column: String?) {
      guard let column, !taken.contains(where: { $0.column == column }) else { return }
      taken.append(Taken(meaning: meaning, column: column))
    }
    switch found.prompt {
    case .id(let column), .named(let column): take("prompt id", column)
    case .texts(let columns): for column in columns { take("prompt", column) }
    case .conversations(let column, let contexts):
      take("conversation", column)
      for context in contexts { take("prompt", context) }
    case .rows: break
    }
    take("subset", found.subset)
    take("section", found.section)
    for column in layout.labelColumns(of: table) { take("label", column) }
    take("role", found.role)
    if let label = found.labels.first(where: table.has) { take("label", label) }
    take("index", found.index)
    for column in found.runs { take("model", column) }
    for name in CovariateColumn.spellings(of: Length.key) { take(Length.key, table.column(name)) }
    var rows: [Row] = []
    var problem: String?
    do throws(TareError) {
      rows = Self.rows(try ScoreTable(table, columns: wanted))
    } catch {
      problem = error.description
    }
    let type = type(of: layout)
    scores = Reading(
      layout: Kind(key: type.key, summary: type.summary), taken: taken,
      leftOver: columns.filter { name in !taken.contains { $0.column == name } }, rows: rows,
      problem: problem)
  }

  /// The rows of the first model, where a table holds several.
  private static func oneRun(_ table: DataTable, _ wanted: ScoreColumns) -> DataTable {
    var table = table
    for column in wanted.runs(of: table) where table.has(column) {
      let first = (try? table.names(in: column))?.lazy.compactMap { $0 }.first
      if let first, let part = try? table.matching([column: first]) { table = part }
    }
    return table
  }

  private static func rows(_ table: ScoreTable) -> [Row] {
    var rows: [Row] = []
    var last: Int?
    var texts: Conversations?
    if let all = try? table.conversations() { texts = all }
    for (position, response) in table.responses.enumerated() {
      let shown = Response(
        role: response.role.rawValue, text: texts?[position].response, score: response.score,
        label: response.label)
      let row = table.row(ofResponse: position)
      let before = row == last ? rows.removeLast().responses : []
      guard rows.count < Self.shown else { break }
      rows.append(
        Row(
          place: table.place(ofResponse: position), id: response.promptID, subset: response.subset,
          prompt: texts?[position].prompt.map(\.content).joined(separator: "\n"),
          responses: before + [shown]))
      last = row
    }
    return rows
  }

  /// The commands that can work on the file.
  private func usable(_ table: DataTable) -> [String] {
    var commands: [String] = []
    let roles = texts?.rows.flatMap { $0.responses.map(\.role) } ?? []
    if let texts, texts.problem == nil {
      commands += ["score", "tokenize", "rank --model", "pairs --model"]
      if roles.contains("chosen"), roles.contains("rejected") { commands.append("train-head") }
    }
    if let scores, scores.problem == nil {
      let responses = scores.rows.flatMap(\.responses)
      let isJudged = responses.contains { $0.role != "response" || $0.label != nil }
      let areResults = scores.layout.key == ResultRows.key
      if !areResults { commands.append("calibrate") }
      if isJudged || areResults || scores.layout.key == AlpacaEvalLayout.key {
        commands.append("evaluate")
      }
      if !areResults { commands += ["rank", "report"] }
      if texts?.problem == nil, texts != nil, !areResults { commands.append("pairs") }
      commands.append("runs import")
    }
    let numeric = table.columns.filter { name in
      (try? table.selecting(0..<min(1, table.rows.count)).numbers(in: name)) != nil
    }
    if numeric.count > 1 { commands.append("smooth") }
    return commands
  }
}
