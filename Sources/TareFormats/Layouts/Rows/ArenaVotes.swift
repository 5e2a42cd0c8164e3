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
    var columns = row.columns
    for side in ["conversation_a", "conversation_b"] {
      columns[side] = turns(try row.value(side), of: row)
    }
    let judged = SourceRow(place: row.place, columns: columns, isText: row.isText)
    return try RowContent(
      judged, "conversation_a", "conversation_b", row.verdict("winner"), columns: [])
  }

  /// The conversation up to the turn that was judged: MT-bench gives both turns also where the first was.
  private static func turns(_ value: JSONValue, of row: SourceRow) -> JSONValue {
    let cell = row.columns["turn"]
    guard let turn = cell?.int ?? cell?.string.flatMap({ Int($0) }), turn > 0,
      let messages = value.array
    else { return value }
    var users = 0
    let end = messages.firstIndex { message in
      if message["role"] == "user" { users += 1 }
      return users > turn
    }
    return .array(Array(messages[..<(end ?? messages.count)]))
  }
}
