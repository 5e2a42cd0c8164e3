/// RMB's best-of-n sets (Zhou-Zoey/RMB-Reward-Model-Benchmark, RMB_dataset/BoN_set).
import TareCore

enum RMBSets: RowLayout {
  static let key = "rmb-sets"
  static let summary = "RMB's best-of-n sets: conversation_input, bon_best, loser_list"
  static let columns = [
    LayoutColumn(.prompt, "conversation_input"), LayoutColumn(.chosen, "bon_best"),
    LayoutColumn(.rejected, "loser_list"),
  ]
  static let marks = ["bon_best", "loser_list"]
  static let example = #"""
    {"bon_uid":"7","conversation_input":[{"role":"user","content":"2+2?"}],"bon_best":{"llm_name":"a","answer":"4"},"loser_list":[{"llm_name":"b","answer":"5"},{"llm_name":"c","answer":"6"}]}
    """#

  static func read(_ row: SourceRow) throws(TareError) -> RowContent {
    try row.rmb([("bon_best", .chosen), ("loser_list", .rejected)], id: "bon_uid")
  }
}
