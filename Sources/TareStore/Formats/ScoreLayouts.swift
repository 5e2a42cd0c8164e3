/// How a table's rows hold scores: a response a row, a pair a row, or as a benchmark writes them.
import TareCore

/// The layouts, tried in this order.
private let scoreLayouts: [any ScoreLayout.Type] = [
  JudgeBenchLayout.self,
  RewardBench2Layout.self,
  AlpacaEvalLayout.self,
  ResponseRows.self,
  PairRows.self,
]

protocol ScoreLayout: Sendable {
  /// The columns that hold the scores in this layout, for messages.
  static func accepted(_ score: String) -> String
  /// - Returns: nil if the table is not laid out so.
  init?(_ table: DataTable, score: String)
  /// The columns that can hold the prompt's id, the first that is there counts.
  var idColumns: [String] { get }
  /// Whether all responses to a prompt stand in one row, so that an id may not come twice.
  var hasWholePrompts: Bool { get }
  var subsetColumn: String { get }
  /// The columns that can hold the section, the first that is there counts.
  var sectionColumns: [String] { get }
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
  var idColumns: [String] { ["id", "prompt_id", "pair_id"] }
  var hasWholePrompts: Bool { true }
  var subsetColumn: String { "subset" }
  var sectionColumns: [String] { ["section"] }
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
  /// The scores of its steps, of process reward models.
  var steps: [Double] = []
}

/// Whether a table with these columns holds a response a row.
package func holdsResponseRows(_ columns: [String], score: String) -> Bool {
  var object = JSONObject()
  for column in columns { object[column] = .null }
  let row = SourceRow(place: "", columns: object)
  let table = DataTable(name: "", JSONRows([row], layout: .array), format: JSONFile.key)
  var wanted = ScoreColumns()
  wanted.score = score
  return (try? scoreLayout(of: table, columns: wanted)) is ResponseRows
}

/// - Throws: `TareError.badData` if the table has no scores under that name in any layout.
func scoreLayout(
  of table: DataTable, columns: ScoreColumns
) throws(TareError) -> any ScoreLayout {
  for layout in scoreLayouts {
    if let layout = layout.init(table, score: columns.score) { return layout }
  }
  throw .badData(
    place: table.name, found: "the columns \(list(table.columns)), none with scores",
    accepted: scoreLayouts.map { $0.accepted(columns.score) }.joined(separator: ", or "))
}
