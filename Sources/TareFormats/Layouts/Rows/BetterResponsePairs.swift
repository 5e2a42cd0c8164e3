/// PKU-SafeRLHF: two responses, and the number of the better one.
import TareCore

enum BetterResponsePairs: RowLayout {
  static let key = "pku-saferlhf"
  static let summary = "PKU-SafeRLHF: prompt, response_0, response_1, better_response_id"
  static let columns = [
    LayoutColumn(.prompt, "prompt"), LayoutColumn(.response, "response_0"),
    LayoutColumn(.response, "response_1"),
    LayoutColumn(.preference, "better_response_id", "safer_response_id"),
  ]
  static let marks = ["response_0", "better_response_id"]
  static let example = #"""
    {"prompt":"2+2?","response_0":"5","response_1":"4","better_response_id":1}
    """#

  static func read(_ row: SourceRow) throws(TareError) -> RowContent {
    let label = columns.compactMap(row.column)[3]
    return try RowContent(
      row, "response_0", "response_1", row.verdict(label, numbers: (0, 1)), columns: [])
  }
}
