/// `tare rank`: the candidates of each prompt, best first.
package import Foundation
package import TareCore
internal import TareFormats
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

  /// Whether the rankings go there as JSON Lines, which need not be held.
  package func areLines(for path: String?, format: String?) throws(TareError) -> Bool {
    guard path.map({ !$0.hasSuffix(".gz") && !$0.hasSuffix(".zst") }) ?? true else { return false }
    let wanted = try OutputFormats.format(format, for: path)
    return wanted == nil || wanted?.key == JSONLinesOutput.key
  }

  private var rows: [JSONObject] {
    rankings.map { $0.row(top: top, texts: conversations) }
  }

  /// The rankings in the format that is asked for, by its key or the file's name: JSON Lines, where
  /// neither does, and JSON with one object per prompt, others with one row per candidate.
  package func encoded(for path: String?, format: String?) throws(TareError) -> Data {
    let wanted = try OutputFormats.format(format, for: path) ?? JSONLinesOutput.self
    let isNested = [JSONLinesOutput.key, JSONOutput.key].contains(wanted.key)
    return try Pipeline.encoded(isNested ? rows : candidates, for: path, format: format)
  }

  /// One row per candidate, best first.
  private var candidates: [JSONObject] {
    rows.flatMap { row in
      (row["ranked"]?.array ?? []).enumerated().map { place, candidate in
        var object = JSONObject()
        for (key, value) in row.members where key != "ranked" { object[key] = value }
        object["rank"] = .int(place + 1)
        for (key, value) in candidate.object?.members ?? [] { object[key] = value }
        return object
      }
    }
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
