/// Two whole conversations, as LLaMA-Factory's second format has them (data/v1_dpo_demo.jsonl).
import TareCore

enum MessagePairs: RowLayout {
  static let key = "message-pairs"
  static let summary = "chosen_messages and rejected_messages, two whole conversations"
  static let columns = [
    LayoutColumn(.chosen, "chosen_messages"), LayoutColumn(.rejected, "rejected_messages"),
  ]
  static let marks = ["chosen_messages"]
  static let example = #"""
    {"chosen_messages":[{"role":"user","content":[{"type":"text","value":"2+2?"}]},{"role":"assistant","content":[{"type":"text","value":"4"}]}],"rejected_messages":[{"role":"user","content":[{"type":"text","value":"2+2?"}]},{"role":"assistant","content":[{"type":"text","value":"5"}]}]}
    """#

  static func read(_ row: SourceRow) throws(TareError) -> RowContent {
    try RowContent(row, [("chosen_messages", .chosen), ("rejected_messages", .rejected)])
  }
}
