/// `tare rank`: the candidates of each prompt, best first.
package import TareCore
internal import TareRanking
internal import TareStore

package struct RankRequest: Sendable {
  package var candidates: CandidatesRequest
  /// How many of the best are given; nil for all.
  package var top: Int?

  package init(candidates: CandidatesRequest) { self.candidates = candidates }
}

package struct RankOutcome: Sendable {
  let rankings: Rankings
  private let top: Int?
  private let conversations: [Conversation]
  /// The candidates' texts by row; empty where they are not known.
  var texts: [String] { conversations.map(\.response) }
  let curve: BestOfNCurve
  /// Responses without a label, where others have one: labels are then left out of the curve.
  let unlabelled: Int
  /// Which scores were used, and what was guessed of the rows, a sentence each.
  package let notes: [String]

  /// One line a prompt: its candidates from the best, their scores, margins and texts.
  package var lines: some Sequence<String> {
    rankings.lazy.map { [top, conversations] ranking in
      conversations.isEmpty
        ? ranking.line(top: top)
        : JSONValue.object(ranking.row(top: top, texts: conversations)).text()
    }
  }

  fileprivate init(
    _ rankings: Rankings, top: Int?, texts: [Conversation], curve: BestOfNCurve, unlabelled: Int,
    notes: [String]
  ) {
    self.rankings = rankings
    self.top = top
    conversations = texts
    self.curve = curve
    self.unlabelled = unlabelled
    self.notes = notes
  }

  /// What the best of n candidates is worth, for every n.
  package var curveJSON: JSONValue {
    ["curve": curve.json, "notes": .array(notes.map { .string($0) })]
  }
}

extension Pipeline {
  package func rank(_ request: RankRequest) throws(TareError) -> RankOutcome {
    if let top = request.top, top < 1 { throw .usage("--top \(top); accepted: at least 1") }
    let candidates = try scoredCandidates(request.candidates)
    let rankings = try Ranking.rankings(of: candidates.responses, by: candidates.scores)
    return RankOutcome(
      rankings, top: request.top, texts: candidates.texts ?? [],
      curve: BestOfNCurve(
        candidates.responses, scores: candidates.scores, labels: candidates.labels),
      unlabelled: candidates.unlabelled, notes: candidates.notes + [candidates.used])
  }
}

extension Ranking {
  /// - Parameter texts: the responses by row; may be empty.
  fileprivate func row(top: Int?, texts: [Conversation]) -> JSONObject {
    var object = json(top: top).object ?? [:]
    guard !texts.isEmpty else { return object }
    let ranked = (object["ranked"]?.array ?? []).enumerated().map { place, candidate in
      var candidate = candidate.object ?? [:]
      candidate["response"] = texts[places[place].row].turns.responseJSON
      return JSONValue.object(candidate)
    }
    object["ranked"] = .array(ranked)
    return object
  }
}
