/// How the columns of a score table are understood: the one rule of every reader of scores.
package import TareCore

/// Which column holds what, as the file spells them. What a user names is taken; the rest is found by
/// usual names.
package struct TableLayout: Sendable {
  /// All columns in the file's order.
  let columns: ColumnNames
  package let prompt: PromptRule
  /// Where prompts have ids: by what else they could be known, their texts or conversations.
  package let promptTexts: PromptRule?
  /// By what they are known where the ids turn out to be the rows'.
  let promptsOfRows: PromptRule
  let mayNumberRows: Bool
  /// By what prompts of one id are told apart, where each row is a pair by itself.
  let pairTexts: PromptRule?
  package let subset: String?
  package let section: String?
  /// "chosen", "rejected" or "response"; nil where a label is named, which tells more.
  package let role: String?
  /// Columns that may hold labels, in the order in which they count; the one that was named alone.
  package let labels: [String]
  /// Whether the user named the label.
  package let isLabelNamed: Bool
  /// Whether rows may be without a label where others have one.
  let allowsMissingLabels: Bool
  /// A response's place among the prompt's responses.
  package let index: String?
  /// Which responses of a prompt belong together as a pair, where it has several pairs.
  package let pair: String?
  /// Columns that tell reward models apart.
  package let runs: [String]

  /// Columns that can hold labels. Others may be called after what they hold, but may as well hold
  /// something else: a reference answer, the name of a model.
  static let labelNames = ["label", "gold", "is_chosen", "is_preferred", "is_correct"]

  /// Where a layout of scores has its columns.
  struct Names: Sendable {
    /// Columns that can hold the prompt's id, the first that is there counts.
    var ids = ["id", "prompt_id", "pair_id"]
    var subset = "subset"
    /// Columns that can hold the section, the first that is there counts.
    var sections = ["section"]
    /// Whether prompts are known by their texts where there are no ids.
    var hasPromptTexts = false
    /// Columns of conversations that may hold their prompts.
    var conversations: [String] = []
    /// Whether each row is a pair by itself, so that an id may stand for several prompts.
    var hasPairRows = false
    /// Whether an id that each row has for itself may be the row's and not its prompt's.
    var mayNumberRows = false
  }

  init(_ all: [String], _ wanted: ScoreColumns, _ names: Names) {
    let columns = ColumnNames(all)
    self.columns = columns
    let guessed: PromptRule =
      names.hasPromptTexts ? .guessed(columns, conversations: names.conversations) : .rows
    promptsOfRows =
      names.hasPromptTexts
      ? .guessed(
        columns, conversations: names.conversations, isWide: !names.hasPairRows) : .rows
    if let group = wanted.group {
      (prompt, promptTexts) = (.named(columns.column(group) ?? group), nil)
    } else if let id = columns.first(of: names.ids) {
      (prompt, promptTexts) = (.id(id), guessed == .rows ? nil : guessed)
    } else {
      (prompt, promptTexts) = (promptsOfRows, nil)
    }
    mayNumberRows = names.mayNumberRows
    let texts = PromptRule.guessed(columns, conversations: names.conversations)
    pairTexts = names.hasPairRows && !prompt.isGuess && wanted.group == nil ? texts : nil
    allowsMissingLabels = wanted.allowsMissingLabels
    let hasSubsets = wanted.subset != "none"
    subset = hasSubsets ? wanted.subset ?? columns.column(names.subset) : nil
    section = hasSubsets ? columns.first(of: names.sections) : nil
    switch wanted.label {
    case "none":
      (role, labels, isLabelNamed) = (nil, [], false)
    case .some(let label):
      (role, labels, isLabelNamed) = (nil, [columns.column(label) ?? label], true)
    case nil:
      role = columns.column("role")
      labels = Self.labelNames.compactMap(columns.column)
      isLabelNamed = false
    }
    index = columns.column("index")
    let pairs = columns.first(of: ["pair", "pair_id"])
    pair = prompt == pairs.map(PromptRule.id) ? nil : pairs
    runs = wanted.runs.compactMap(columns.column)
  }

  /// Whether a place is among the responses of the prompt, whatever the table holds: beside another
  /// column of prompts, `id` may be what the places are of.
  func hasOwnPositions(_ rule: PromptRule) -> Bool {
    guard let id = columns.column("id") else { return true }
    return rule == .id(id) || rule == .named(id)
  }

  /// Whether the columns tell which responses are better.
  package var hasJudgement: Bool { role != nil || !labels.isEmpty }

  /// The column that this name means, as the file spells it.
  package func column(_ name: String) -> String? { columns.column(name) }

  /// The covariate that stands in a column of its own name.
  package func covariate(named name: String) -> Covariate {
    .inColumn(name, of: columns)
  }

  /// Where responses stand a row each: how the table of these columns is laid out; nil for another
  /// layout.
  package static func ofResponses(_ header: [String], _ wanted: ScoreColumns) -> (
    layout: TableLayout, score: String
  )? {
    var object = JSONObject()
    for column in header { object[column] = .null }
    let row = SourceRow(place: "", columns: object)
    let table = DataTable(name: "", JSONRows([row], layout: .array), format: JSONFile.key)
    guard let rows = (try? scoreLayout(of: table, columns: wanted)) as? ResponseRows,
      let score = table.column(rows.score)
    else { return nil }
    return (TableLayout(header, wanted, rows.names), score)
  }
}
