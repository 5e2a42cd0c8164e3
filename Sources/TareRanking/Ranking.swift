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
    Array(try rankings(of: ScoredResponses(responses), by: scores))
  }

  package static func rankings(
    of responses: ScoredResponses, by scores: [Double]? = nil
  ) throws(TareError) -> Rankings {
    var responses = responses
    if let scores {
      guard scores.count == responses.count else {
        throw .badData(
          place: "scores to rank by", found: "\(scores.count) rows",
          accepted: "\(responses.count) rows, as many as responses")
      }
      responses = responses.scored(scores)
    }
    try responses.requireFiniteScores()
    return Rankings(responses)
  }

  /// - Parameter rows: ascending, at least one.
  init(rows: ArraySlice<Int32>, of responses: ScoredResponses) {
    let scores = responses.scores
    // Swift's sort is stable, and rows ascend: ties keep the order of the input.
    let order = rows.map(Int.init).sorted { scores[$0] > scores[$1] }
    promptID = responses.prompts[order[0]] ?? ""
    subset = responses.subsets?[order[0]]
    places = order.indices.map { place in
      let row = order[place]
      return Place(
        row: row, index: responses.positions[row], score: scores[row],
        margin: place + 1 < order.count ? scores[row] - scores[order[place + 1]] : nil)
    }
  }
}

extension Ranking {
  /// The text of `json`, on one line, in UTF-8.
  ///
  /// - Parameter response: appends, as JSON, what a candidate says, which is written behind its margin;
  ///   nil for nothing.
  package func line(
    top: Int? = nil, response: ((Place, inout [UInt8]) -> Void)? = nil
  ) -> [UInt8] {
    var line = Array("{\"id\":".utf8)
    line.appendQuoted(Array(promptID.utf8))
    if let subset {
      line += ",\"subset\":".utf8
      line.appendQuoted(Array(subset.utf8))
    }
    line += ",\"ranked\":[".utf8
    for (number, place) in places.prefix(top ?? places.count).enumerated() {
      if number > 0 { line.append(UInt8(ascii: ",")) }
      line += "{\"index\":\(place.index),\"score\":\(place.score),\"margin\":".utf8
      // A difference of scores may overflow.
      line += (place.margin.flatMap { $0.isFinite ? "\($0)" : nil } ?? "null").utf8
      if let response {
        line += ",\"response\":".utf8
        response(place, &line)
      }
      line.append(UInt8(ascii: "}"))
    }
    line += "]}".utf8
    return line
  }

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
