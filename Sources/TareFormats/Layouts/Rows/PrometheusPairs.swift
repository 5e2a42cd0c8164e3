/// Prometheus' Preference Collection.
import TareCore

enum PrometheusPairs: RowLayout {
  static let key = "prometheus"
  static let summary = "Prometheus: orig_instruction, orig_response_A, orig_response_B"
  static let columns = [
    LayoutColumn(.prompt, "orig_instruction"), LayoutColumn(.response, "orig_response_A"),
    LayoutColumn(.response, "orig_response_B"), LayoutColumn(.label, "orig_preference"),
  ]
  static let marks = ["orig_response_A"]
  static let example = #"""
    {"orig_instruction":"2+2?","orig_response_A":"4","orig_response_B":"5","orig_preference":"A"}
    """#

  static func read(_ row: SourceRow) throws(TareError) -> RowContent {
    try RowContent(
      row, "orig_response_A", "orig_response_B", row.verdict("orig_preference", numbers: (1, 2)),
      columns: [])
  }
}
