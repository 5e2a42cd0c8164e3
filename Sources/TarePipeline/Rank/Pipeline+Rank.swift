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
  private let candidates: ScoredCandidates
  /// Prompt and response by row; nil where they are not known.
  var conversations: Conversations? { candidates.texts }
  package var hasTexts: Bool { candidates.texts != nil }
  /// What the best of n candidates is worth.
  var curve: BestOfNCurve {
    BestOfNCurve(candidates.responses, scores: candidates.scores, labels: candidates.labels)
  }
  /// Responses without a label, where others have one: labels are then left out of the curve.
  var unlabelled: Int { candidates.unlabelled }
  /// Which scores were used, and what was guessed of the rows, a sentence each.
  package let notes: [String]

  /// One line a prompt: its candidates from the best, their scores, margins and texts.
  package var lines: some Sequence<[UInt8]> {
    rankings.lazy.map { [top, conversations] ranking in
      ranking.line(
        top: top,
        response: conversations.map { texts in
          { place, line in texts.appendResponse(of: place.row, to: &line) }
        })
    }
  }

  fileprivate init(
    _ rankings: Rankings, of candidates: ScoredCandidates, top: Int?
  ) {
    self.rankings = rankings
    self.candidates = candidates
    self.top = top
    notes = candidates.notes + [candidates.used]
  }

  private var rows: [JSONObject] {
    rankings.map { $0.row(top: top, texts: conversations) }
  }

  /// The rankings in the format that is asked for, by its key or the file's name: JSON Lines, where
  /// neither does, and JSON with one object per prompt, others with one row per candidate.
  package func encoded(for path: String?, format: String?) throws(TareError) -> Data {
    let wanted = try OutputFormats.format(format, for: path) ?? JSONLinesOutput.self
    let isNested = [JSONLinesOutput.key, JSONOutput.key].contains(wanted.key)
    return try Pipeline.encoded(isNested ? rows : rowsOfCandidates, for: path, format: format)
  }

  /// One row per candidate, best first.
  private var rowsOfCandidates: [JSONObject] {
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
    if let top = request.top, top < 1 { throw .usage("--top: expected at least 1, found \(top)") }
    let candidates = try scoredCandidates(request.candidates)
    let rankings = try Ranking.rankings(of: candidates.responses, by: candidates.scores)
    return RankOutcome(rankings, of: candidates, top: request.top)
  }
}

extension Conversations {
  /// Appends the response of a row as JSON: a text, or messages where it is more than one.
  fileprivate func appendResponse(of row: Int, to line: inout [UInt8]) {
    if let plain {
      line.appendQuoted(plain.response(row))
    } else {
      line += self[row].turns.responseJSON.text().utf8
    }
  }
}

extension Ranking {
  /// - Parameter texts: the responses by row.
  fileprivate func row(top: Int?, texts: Conversations?) -> JSONObject {
    var object = json(top: top).object ?? [:]
    guard let texts else { return object }
    let ranked = (object["ranked"]?.array ?? []).enumerated().map { place, candidate in
      var candidate = candidate.object ?? [:]
      candidate["response"] = texts[places[place].row].turns.responseJSON
      return JSONValue.object(candidate)
    }
    object["ranked"] = .array(ranked)
    return object
  }
}
