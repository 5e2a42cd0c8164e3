/// Anthropic's hh-rlhf: whole conversations as texts, with `Human:` and `Assistant:` before each turn.
import TareCore

enum HHRows: RowLayout {
  static let key = "hh-rlhf"
  static let summary = "hh-rlhf's texts, with Human: or Assistant: before each turn"
  static let columns = [LayoutColumn(.chosen, "chosen"), LayoutColumn(.rejected, "rejected")]
  static let example = #"""
    {"chosen":"\n\nHuman: 2+2?\n\nAssistant: 4","rejected":"\n\nHuman: 2+2?\n\nAssistant: 5"}
    """#

  static func recognises(_ row: SourceRow) -> Bool {
    !row.has("prompt")
      && ["chosen", "rejected"].allSatisfy { column in
        row.columns[column]?.string.map(DialogueText.isWhole) ?? false
      }
  }

  static func read(_ row: SourceRow) throws(TareError) -> RowContent {
    var texts: [ResponseText] = []
    for column in ["chosen", "rejected"] {
      let messages = DialogueText.messages(try row.string(column))
      texts.append(try row.lastTurn(of: messages, field: column))
    }
    return try RowContent(
      row, try row.texts(of: texts), [.chosen, .rejected], columns: ["chosen", "rejected"])
  }
}
