/// The candidates of one prompt in the order of their scores.
package import TareCore

package struct Ranking: Sendable, Hashable {
  package struct Place: Sendable, Hashable {
    /// The candidate's row in the input.
    package let row: Int
    /// Its position among the prompt's responses.
    package let index: Int
    package let score: Double
    /// Its score less that of the next; nil for the last.
    package let margin: Double?
  }

  package let promptID: String
  package let subset: String?
  /// All candidates, the best first; those of equal score in the order of the input.
  package let places: [Place]

  /// The rankings of all prompts, in the order of their first rows.
  ///
  /// - Parameter scores: what to rank by in place of the responses' own scores (calibrated ones,
  ///   say), [row].
  /// - Throws: `TareError.badData` that names the row (from 1) of a score that is not finite, and
  ///   for scores that are not as many as responses.
  package static func rankings(
    of responses: [ScoredResponse], by scores: [Double]? = nil
  ) throws(TareError) -> [Ranking] {
    var responses = responses
    if let scores {
      guard scores.count == responses.count else {
        throw .badData(
          place: "scores to rank by", found: "\(scores.count) rows",
          accepted: "as many as responses, \(responses.count)")
      }
      for row in responses.indices { responses[row].score = scores[row] }
    }
    try responses.requireFiniteScores()
    return PromptGroups(of: responses).rows.map { Ranking(rows: $0, of: responses) }
  }

  /// - Parameter rows: ascending, at least one.
  private init(rows: [Int], of responses: [ScoredResponse]) {
    // Swift's sort is stable, and rows ascend: ties keep the order of the input.
    let order = rows.sorted { responses[$0].score > responses[$1].score }
    promptID = responses[rows[0]].promptID
    subset = responses[rows[0]].subset
    places = order.enumerated().map { place, row in
      let score = responses[row].score
      let next = order.dropFirst(place + 1).first
      return Place(
        row: row, index: responses[row].index, score: score,
        margin: next.map { score - responses[$0].score })
    }
  }
}

extension Ranking {
  /// The best `top` candidates, all if nil.
  package func json(top: Int? = nil) -> JSONValue {
    var object: JSONObject = ["id": .string(promptID)]
    if let subset { object["subset"] = .string(subset) }
    object["ranked"] = .array(
      places.prefix(top ?? places.count).map { place in
        .object([
          "index": .int(place.index), "score": .double(place.score),
          "margin": place.margin.map { .double($0) } ?? .null,
        ])
      })
    return .object(object)
  }
}
