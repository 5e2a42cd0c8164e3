/// Where a layout of scores has the texts that the scores are of.
import TareCore

/// The columns that can hold texts; of each kind the first that is there counts.
struct TextColumns {
  /// Responses, or conversations that end with one.
  var responses: [String]
  /// Prompt and response in one text, as RewardBench's result files have them.
  var whole: [String] = []
  /// Prompts that are a plain text; `prompt` itself may also hold messages.
  var prompts: [String] = []

  var all: [String] { whole + responses }

  func columns(for kind: any TextCovariate.Type) -> [String] {
    kind.source == .prompt ? ["prompt"] + prompts : all
  }
}

/// A table's texts, read row by row as `tare score` would read them.
struct TextCells {
  /// The column of the responses; of the prompts where only they are there.
  let name: String
  /// Whether the responses' texts hold their prompts too.
  let isWhole: Bool
  private let response: String?
  private let prompt: String?
  private let columns: [DataTable.Named]

  /// - Returns: nil if the table has none of the texts that are needed.
  init?(_ kind: any TextCovariate.Type, _ texts: TextColumns, in table: DataTable) {
    let isOfPrompt = kind.source == .prompt
    response = (isOfPrompt ? texts.responses : texts.all).first(where: table.has)
    prompt = isOfPrompt ? (["prompt"] + texts.prompts).first(where: table.has) : nil
    guard let name = response ?? prompt else { return nil }
    self.name = name
    isWhole = response.map(texts.whole.contains) ?? false
    let around = isOfPrompt ? Self.aroundPrompts.filter(table.has) : []
    columns = table.named([response, prompt].compactMap(\.self) + around)
  }

  /// Columns that add to a prompt.
  private static let aroundPrompts = ["input", "history", "system", "system_prompt"]

  /// - Parameter count: how many responses the row has, for prompts without responses beside them.
  func values(
    of kind: any TextCovariate.Type, _ row: Int, in table: DataTable, count: Int
  ) throws(TareError) -> [Double] {
    do throws(TareError) {
      let source = table.row(row, columns)
      let texts = try response.map { (column) throws(TareError) in
        try source.responses(column)
      }
      var prompt: [Message] = []
      if kind.source == .prompt { prompt = try self.prompt(of: texts ?? [], source) }
      let responses = texts?.map(\.text) ?? Array(repeating: "", count: count)
      return responses.compactMap { kind.value(prompt: prompt, response: $0, tokens: nil) }
    } catch {
      throw error.inside(table.name)
    }
  }

  private func prompt(
    of texts: [ResponseText], _ source: SourceRow
  ) throws(TareError) -> [Message] {
    let found: RowTexts
    if let prompt, prompt != "prompt" {
      found = RowTexts(prompt: try source.prompt(ofText: prompt).whole, turns: [])
    } else if texts.isEmpty {
      found = RowTexts(prompt: try source.promptColumn()?.whole ?? [], turns: [])
    } else if response == "messages" {
      found = RowTexts(prompt: texts[0].before, turns: [])
    } else {
      found = try source.texts(of: texts)
    }
    return try found.withSystem(of: source).prompt
  }
}
