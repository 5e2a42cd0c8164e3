/// RewardBench's score files: one object of lists, an element a pair.
///
/// `scores_chosen`, `scores_rejected`, `text_chosen`, `text_rejected`, `results`, `subset`, `id`, and
/// `model`, `model_type`, `chat_template` for the whole file (`allenai/reward-bench-results`,
/// `eval-set-scores/`). The texts hold the prompt too.
package import TareCore

package enum RewardBenchScores: FileFormat {
  package static let key = "rewardbench"
  package static let summary = "RewardBench's score file, an object of lists"

  package static func recognises(_ file: SourceFile) -> Bool {
    // Rows of JSON Lines can have scores in lists too, but not their ids.
    guard let object = object(of: file) else { return false }
    return ["scores_chosen", "scores_rejected", "id"].allSatisfy { object[$0]?.array != nil }
  }

  package static func rows(of file: SourceFile) throws(TareError) -> [SourceRow] {
    try pairs(of: file).rows
  }

  package static func table(of file: SourceFile) throws(TareError) -> any TableRows {
    let (rows, rest) = try pairs(of: file)
    return JSONRows(rows, layout: .columns(rest: rest))
  }

  private static func object(of file: SourceFile) -> JSONObject? {
    switch file.opening {
    case .line(let object, isOnly: true): object
    case .whole(let value): value.object
    case .line, .broken, .text: nil
    }
  }

  /// The lists as rows, and the members that are not lists.
  private static func pairs(
    of file: SourceFile
  ) throws(TareError) -> (rows: [SourceRow], rest: JSONObject) {
    guard let object = object(of: file), let scores = object["scores_chosen"]?.array else {
      throw .badData(place: "", found: "no list 'scores_chosen'", accepted: summary)
    }
    guard !scores.isEmpty else {
      throw .badData(
        place: "column 'scores_chosen'", found: "an empty list", accepted: "at least one pair")
    }
    var rows = [JSONObject](repeating: [:], count: scores.count)
    var rest = JSONObject()
    for (column, value) in object.members {
      guard let values = value.array else {
        rest[column] = value
        continue
      }
      guard values.count == scores.count else {
        throw .badData(
          place: "column '\(column)'", found: "\(values.count) values",
          accepted: "\(scores.count), as many as 'scores_chosen' has")
      }
      for (row, value) in values.enumerated() { rows[row][column] = value }
    }
    let numbered = rows.enumerated().map { SourceRow(place: "row \($0 + 1)", columns: $1) }
    return (numbered, rest)
  }
}
