/// A way in which rows hold prompts and responses, told apart by their columns.
import TareCore

protocol RowLayout: Registered {
  /// The columns that its rows have, those that it cannot be read without first.
  static var columns: [LayoutColumn] { get }
  /// Columns that show what a row was meant to be, though others are missing.
  static var marks: [String] { get }
  /// One row of it, as JSON.
  static var example: String { get }
  /// Whether prompt and response are one text that a template has rendered.
  static var isRendered: Bool { get }
  /// The column of its response, where a row of nothing but texts is that beside a column `prompt`.
  static var plainResponse: String? { get }
  /// Whether a row is of this layout; it has the columns that are needed.
  static func recognises(_ row: SourceRow) -> Bool
  static func read(_ row: SourceRow) throws(TareError) -> RowContent
}

extension RowLayout {
  static var marks: [String] { [] }
  static var isRendered: Bool { false }
  static var plainResponse: String? { nil }
  static func recognises(_ row: SourceRow) -> Bool { hasColumns(row) }
  static func hasColumns(_ row: SourceRow) -> Bool { missing(in: row).isEmpty }

  /// The needed columns that a row lacks.
  static func missing(in row: SourceRow) -> [LayoutColumn] {
    columns.filter { column in column.isNeeded && !column.names.contains(where: row.has) }
  }
}

/// A column of a layout.
struct LayoutColumn: Sendable {
  /// What Tare takes it for.
  enum Meaning: String, Sendable {
    case prompt, response, responses, chosen, rejected, label, conversation, text, score, results
    /// A label on a scale of its own, which no column of another name is taken for.
    case preference
  }

  let meaning: Meaning
  /// The names that it may have, the first that is there counts.
  let names: [String]
  let isNeeded: Bool

  init(_ meaning: Meaning, _ names: String..., isNeeded: Bool = true) {
    self.meaning = meaning
    self.names = names
    self.isNeeded = isNeeded
  }
}

/// What a layout makes of a row.
struct RowContent {
  var prompt: [Message]
  var responses: [Candidate]
  var context: TemplateContext
  /// The columns that were read, which are not carried through.
  var columns: [String]
  var subset: String?
  /// The id, where the layout has it in a column of its own.
  var id: String?
  /// Columns that the row does not have, carried through with the others.
  var extras = JSONObject()
  /// How good each response is, where the layout grades them, [response].
  var grades: [Double]?
  /// Whether the responses answer the same messages; else each has its own, after what all share.
  var sharesPrompt = true

  /// What the columns around prompt and responses say belongs to it as well.
  ///
  /// - Parameter columns: those that the responses are from.
  init(
    _ row: SourceRow, _ texts: RowTexts, _ roles: [Role], columns: [String]
  ) throws(TareError) {
    let texts = try texts.withSystem(of: row)
    let (context, more) = try row.context()
    prompt = texts.prompt
    responses = zip(roles, texts.turns).map { Candidate(role: $0, turns: $1) }
    self.context = context
    self.columns = columns + texts.columns + more
    sharesPrompt = texts.sharesPrompt
  }

  /// Responses in one column or more, with their prompt in its own column or before them.
  init(
    _ row: SourceRow, _ columns: [(name: String, role: Role)]
  ) throws(TareError) {
    var texts: [ResponseText] = []
    var roles: [Role] = []
    for column in columns {
      let values = try row.responses(column.name)
      texts += values
      roles += values.map { _ in column.role }
    }
    try self.init(row, try row.texts(of: texts), roles, columns: columns.map(\.name))
  }
}

extension SourceRow {
  /// The column that a layout's column is here.
  func column(_ column: LayoutColumn) -> String? { column.names.first(where: has) }

  /// All columns, quoted, for messages.
  var columnNames: String {
    columns.keys.map { "'\($0)'" }.joined(separator: ", ")
  }
}
