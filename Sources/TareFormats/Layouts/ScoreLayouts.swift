/// How a table's rows hold scores: a response a row, a pair a row, or as a benchmark writes them.
import TareCore

/// The registry of layouts of scores. To add one: write its file, and add its type here.
package enum ScoreLayouts {
  /// In the order in which they are tried.
  static let registry = Registry<any ScoreLayout.Type>(
    "score layout",
    [
      JudgeBenchLayout.self,
      RewardBench2Layout.self,
      AlpacaEvalLayout.self,
      ScoreListRows.self,
      VoteRows.self,
      ResponseRows.self,
      PairRows.self,
      ResultRows.self,
    ]
  ) { $0 }

  package static var help: [(key: String, summary: String)] { registry.help }

  /// Key, one line, and a row of each.
  package static var examples: [(key: String, summary: String, example: String)] {
    registry.entries.map { ($0.key, $0.summary, $0.example) }
  }
}

protocol ScoreLayout: Registered, Sendable {
  /// One row of it, as JSON.
  static var example: String { get }
  /// - Returns: nil if the table is not laid out so.
  init?(_ table: DataTable, score: String)
  /// The column of the scores, or of the first of a pair's.
  var scoreColumn: String { get }
  /// The columns of all scores.
  var scoreColumns: [String] { get }
  /// Columns of its own that say which responses are better.
  func labelColumns(of table: DataTable) -> [String]
  /// The columns that its tables have beside the scores.
  var names: TableLayout.Names { get }
  /// Whether all responses to a prompt stand in one row, so that an id may not come twice.
  var hasWholePrompts: Bool { get }
  /// The prompt's id of each row where no column holds it.
  func promptIDs(of table: DataTable) -> [String]?
  /// The responses in the table's order, and the covariates that were asked for.
  func entries(
    of table: DataTable, columns: ScoreColumns
  ) throws(TareError) -> (entries: [ScoreEntry], covariates: [Covariate])
  /// Numbers, one a response, as columns.
  func columns(_ name: String, _ values: [Double], of table: DataTable) -> [TableColumn]
}

extension ScoreLayout {
  var names: TableLayout.Names { TableLayout.Names() }
  var hasWholePrompts: Bool { true }
  var scoreColumns: [String] { [scoreColumn] }
  func labelColumns(of table: DataTable) -> [String] { [] }
  func promptIDs(of table: DataTable) -> [String]? { nil }
}

/// A response within a row.
struct ScoreEntry {
  /// The position of its row in the table.
  let row: Int
  let role: Role
  /// Its position among the prompt's responses, where the table says so.
  var index: Int?
  let score: Double
  let covariates: CovariateValues
  /// How good it is, more is better, where the table grades responses.
  var label: Double?
  /// Tells the pairs of a prompt apart, where the table does.
  var pair: String?
  /// The scores of its steps, of process reward models.
  var steps: [Double] = []
}

/// - Throws: `TareError.badData` if the table has no scores under that name in any layout.
func scoreLayout(
  of table: DataTable, columns: ScoreColumns
) throws(TareError) -> any ScoreLayout {
  // What trainers of policies call a score, where nothing is called so.
  for score in columns.score == "score" ? ["score", "reward"] : [columns.score] {
    for layout in ScoreLayouts.registry.entries {
      if let layout = layout.init(table, score: score) { return layout }
    }
  }
  let message = ColumnNames(table.columns)
    .noScores(columns.score, naming: columns.naming?.score)
  throw .badData(place: table.name, found: message.found, accepted: message.accepted)
}
