/// ShareGPT's turns with a pair of answers, as LLaMA-Factory has them (data/dpo_en_demo.json).
import TareCore

enum ShareGPTPairs: RowLayout {
  static let key = "sharegpt-pairs"
  static let summary = "conversations of from and value, with chosen and rejected turns"
  static let columns = [
    LayoutColumn(.prompt, "conversations"), LayoutColumn(.chosen, "chosen"),
    LayoutColumn(.rejected, "rejected"),
  ]
  static let example = #"""
    {"conversations":[{"from":"human","value":"2+2?"}],"chosen":{"from":"gpt","value":"4"},"rejected":{"from":"gpt","value":"5"}}
    """#

  static func read(_ row: SourceRow) throws(TareError) -> RowContent {
    try RowContent(row, [("chosen", .chosen), ("rejected", .rejected)])
  }
}
