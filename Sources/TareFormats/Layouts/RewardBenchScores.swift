/// RewardBench's score files: one object of lists, an element a prompt.
///
/// `scores_chosen`, `scores_rejected`, `text_chosen`, `text_rejected`, `results`, `subset`, `id`, and
/// `model`, `model_type`, `chat_template` for the whole file (`allenai/reward-bench-results`,
/// `eval-set-scores/`); in RewardBench 2 `scores`, `text` and `num_correct` in place of the pairs. The
/// texts hold the prompt too.
package import TareCore

package enum RewardBenchScores: FileFormat {
  package static let key = "rewardbench"
  package static let summary = "RewardBench's score file, an object of lists"
  package static let example = #"""
    {"id":["7"],"subset":["chat"],"scores_chosen":[2.5],"scores_rejected":[-1.0],"results":[1]}
    """#

  package static func recognises(_ file: SourceFile) -> Bool {
    // Rows of JSON Lines can have scores in lists too, but not their ids, subsets and results.
    guard let object = object(of: file),
      ["id", "subset", "results"].contains(where: { object[$0]?.array != nil })
    else { return false }
    return scoreColumn(of: object) != nil
  }

  private static func scoreColumn(of object: JSONObject) -> String? {
    ["scores_chosen", "scores", "results"].first { object[$0]?.array != nil }
  }

  package static func rows(of file: SourceFile) throws(TareError) -> SourceRows {
    SourceRows(try lists(of: file).rows)
  }

  package static func table(of file: SourceFile) throws(TareError) -> any TableRows {
    let (rows, whole) = try lists(of: file)
    return JSONRows(rows, layout: .columns(whole))
  }

  private static func object(of file: SourceFile) -> JSONObject? {
    switch file.opening {
    case .line(let object, isOnly: true): object
    case .whole(let value): value.object
    case .line, .sequence, .broken, .text, .binary: nil
    }
  }

  /// The lists as rows, and the object that holds them.
  private static func lists(
    of file: SourceFile
  ) throws(TareError) -> (rows: [SourceRow], whole: JSONObject) {
    guard let object = object(of: file), let scoreColumn = scoreColumn(of: object),
      let scores = object[scoreColumn]?.array
    else {
      throw .badData(
        place: "", found: "no list 'scores_chosen', 'scores' or 'results'", accepted: summary)
    }
    guard !scores.isEmpty else {
      throw .badData(
        place: "column '\(scoreColumn)'", found: "an empty list", accepted: "at least one score")
    }
    var rows = [JSONObject](repeating: [:], count: scores.count)
    for (column, value) in object.members {
      guard let values = value.array else { continue }
      guard values.count == scores.count else {
        throw .badData(
          place: "column '\(column)'", found: "\(values.count) values",
          accepted: "\(scores.count), as many as '\(scoreColumn)' has")
      }
      for (row, value) in values.enumerated() { rows[row][column] = value }
    }
    let numbered = rows.enumerated().map { SourceRow(place: "row \($0 + 1)", columns: $1) }
    return (numbered, object)
  }
}
