/// A whole conversation, of roles and contents or of ShareGPT's from and value; its last turn is scored.
import TareCore

enum ConversationRow: RowLayout {
  static let key = "messages"
  static let summary = "messages or conversations: a whole conversation whose last turn is scored"
  static let columns = [
    LayoutColumn(.conversation, "messages", "conversations", "conversation"),
    LayoutColumn(.label, "label", "kto_tag", isNeeded: false),
  ]
  static let marks = ["messages", "conversations"]
  static let example = #"""
    {"messages":[{"role":"user","content":"2+2?"},{"role":"assistant","content":"4"}]}
    """#

  static func recognises(_ row: SourceRow) -> Bool {
    guard let column = row.column(columns[0]) else { return false }
    // Other data sets call a text or a number so.
    return column == "messages" || row.columns[column]?.parsedIfText.array != nil
  }

  static func read(_ row: SourceRow) throws(TareError) -> RowContent {
    let column = row.column(columns[0]) ?? "messages"
    let messages = try row.messages(try row.value(column), field: column)
    let response = try row.lastTurn(of: messages, field: column)
    var content = try RowContent(
      row, RowTexts(prompt: response.before, turns: [response.turns]), [.response],
      columns: [column])
    // LLaMA-Factory's name for what TRL calls a label.
    if let tag = row.columns["kto_tag"], tag != .null, !row.has("label") {
      content.extras["label"] = tag
      content.columns.append("kto_tag")
    }
    return content
  }
}
