/// RewardBench's result files: pairs that a chat template has rendered already, scored as they stand.
import TareCore

enum RenderedPairs: RowLayout {
  static let key = "rendered-pairs"
  static let summary = "text_chosen, text_rejected: already rendered, no template is applied"
  static let columns = [
    LayoutColumn(.chosen, "text_chosen"), LayoutColumn(.rejected, "text_rejected"),
  ]
  static let marks = ["text_chosen"]
  static let isRendered = true
  static let example = #"""
    {"text_chosen":"<|user|>2+2?<|assistant|>4","text_rejected":"<|user|>2+2?<|assistant|>5"}
    """#

  static func read(_ row: SourceRow) throws(TareError) -> RowContent {
    try row.rendered([("text_chosen", .chosen), ("text_rejected", .rejected)])
  }
}

extension SourceRow {
  func rendered(_ columns: [(name: String, role: Role)]) throws(TareError) -> RowContent {
    var turns: [[Message]] = []
    var roles: [Role] = []
    for column in columns {
      let elements = (self.columns[column.name] ?? .null).elements
      for (index, element) in elements.enumerated() {
        guard let text = element.string, !text.isEmpty else {
          throw error(
            elements.count > 1 ? "\(column.name)[\(index)]" : column.name,
            found: element.string == nil ? element.kindName : "an empty text",
            accepted: "a text rendered by a chat template")
        }
        turns.append([.rendered(text)])
        roles.append(column.role)
      }
    }
    var texts = RowTexts(prompt: [], turns: turns)
    texts.sharesPrompt = false
    var content = try RowContent(self, texts, roles, columns: columns.map(\.name))
    // A prompt beside a rendered text is part of it.
    content.prompt = []
    content.columns += ["prompt"].filter(has)
    return content
  }
}
