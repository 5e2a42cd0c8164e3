/// Votes of LMArena and MT-bench's judgements: two whole conversations and a winner, or a tie.
import TareCore

enum ArenaVotes: RowLayout {
  static let key = "arena"
  static let summary = "Arena votes: conversation_a, conversation_b, winner (model_a, model_b, tie)"
  static let columns = [
    LayoutColumn(.conversation, "conversation_a"), LayoutColumn(.conversation, "conversation_b"),
    LayoutColumn(.label, "winner"),
  ]
  static let marks = ["conversation_a", "conversation_b"]
  static let example = #"""
    {"conversation_a":[{"role":"user","content":"2+2?"},{"role":"assistant","content":"4"}],"conversation_b":[{"role":"user","content":"2+2?"},{"role":"assistant","content":"5"}],"winner":"model_a"}
    """#

  static func read(_ row: SourceRow) throws(TareError) -> RowContent {
    try RowContent(
      row, "conversation_a", "conversation_b", row.verdict("winner"), columns: [])
  }
}
