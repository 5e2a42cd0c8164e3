/// `tare rank`: the candidates of each prompt, best first.
internal import TareCalibration
package import TareCore
internal import TareRanking
internal import TareStore

package struct RankRequest: Sendable {
  package enum Source: Sendable {
    /// Candidates that a model scores.
    case candidates(ScoreRequest)
    /// Scores that are there already.
    case scores(ScoreSource)
  }

  package var source: Source
  /// A saved calibration that is taken off the scores first.
  package var calibration: String?
  /// How many of the best are given; nil for all.
  package var top: Int?

  package init(source: Source) { self.source = source }
}

package struct RankOutcome: Sendable {
  /// One line a prompt: its candidates from the best, their scores, margins and texts.
  package let rows: [JSONObject]
  let rankings: [Ranking]
  /// The candidates' texts by row, where they are known.
  let texts: [String?]
}

extension Pipeline {
  package func rank(_ request: RankRequest) throws(TareError) -> RankOutcome {
    if let top = request.top, top < 1 { throw .usage("--top \(top); accepted: at least 1") }
    let (responses, texts) = try candidates(request.source)
    var scores: [Double]?
    if let path = request.calibration {
      let calibration = try Calibration.read(path)
      let table = try CalibrationTable(responses, covariate: calibration.covariate)
      scores = try calibration.apply(to: table).calibrated
    }
    let rankings = try Ranking.rankings(of: responses, by: scores)
    let rows = rankings.map { $0.row(top: request.top, texts: texts) }
    return RankOutcome(rows: rows, rankings: rankings, texts: texts)
  }

  /// Scored responses and, where they are known, their texts.
  private func candidates(
    _ source: RankRequest.Source
  ) throws(TareError) -> ([ScoredResponse], [String?]) {
    switch source {
    case .candidates(let request):
      let (store, run, _) = try scoredRun(request)
      return try store.ranked(run)
    case .scores(let source):
      if case .run(let name, let path) = source.place {
        let store = try existingStore(path)
        _ = try source.read(covariates: [])
        return try store.ranked(store.run(named: name))
      }
      let read = try source.read(covariates: [])
      guard read.parts.count == 1 else {
        throw .usage(
          "the file holds \(read.parts.count) reward models; choose one with --where COLUMN=VALUE")
      }
      let responses = read.parts[0].responses
      return (responses, Array(repeating: nil, count: responses.count))
    }
  }
}

extension Store {
  fileprivate func ranked(_ run: Run) throws(TareError) -> ([ScoredResponse], [String?]) {
    let items = try items(of: run, withTexts: true)
    return (items.compactMap(\.scoredResponse), items.map { $0.conversation?.response })
  }
}

extension Ranking {
  fileprivate func row(top: Int?, texts: [String?]) -> JSONObject {
    var object = json(top: top).object ?? [:]
    let ranked = (object["ranked"]?.array ?? []).enumerated().map { place, candidate in
      var candidate = candidate.object ?? [:]
      candidate["response"] = texts[places[place].row].map { .string($0) }
      return JSONValue.object(candidate)
    }
    object["ranked"] = .array(ranked)
    return object
  }
}
