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
    let calibration = try request.calibration.map { (path) throws(TareError) in
      try Calibration.read(path)
    }
    let names = calibration?.covariates.map(\.name) ?? []
    let (responses, texts, covariates) = try candidates(request.source, covariates: names)
    let scores = try calibration.map { (calibration) throws(TareError) in
      // One that was computed in another way is refused.
      let table = try CalibrationTable(responses, covariates: covariates)
      return try calibration.apply(to: table).calibrated
    }
    let rankings = try Ranking.rankings(of: responses, by: scores)
    let rows = rankings.map { $0.row(top: request.top, texts: texts) }
    return RankOutcome(rows: rows, rankings: rankings, texts: texts)
  }

  /// Scored responses, their texts where they are known, and the covariates by these names.
  private func candidates(
    _ source: RankRequest.Source, covariates: [String]
  ) throws(TareError) -> ([ScoredResponse], [String?], [Covariate]) {
    switch source {
    case .candidates(let request):
      let (store, run, _) = try scoredRun(request)
      return try store.ranked(run, covariates)
    case .scores(let source):
      if case .run(let name, let path) = source.place {
        let store = try existingStore(path)
        return try store.ranked(store.run(named: name), covariates)
      }
      let read = try source.read(covariates: covariates)
      guard read.parts.count == 1 else {
        throw .usage(
          "the file holds \(read.parts.count) reward models; choose one with --where COLUMN=VALUE")
      }
      let responses = read.parts[0].responses
      return (responses, Array(repeating: nil, count: responses.count), read.covariates)
    }
  }
}

extension Store {
  fileprivate func ranked(
    _ run: Run, _ covariates: [String]
  ) throws(TareError) -> ([ScoredResponse], [String?], [Covariate]) {
    let scores = try scores(of: run, covariates: covariates)
    let texts = try items(of: run, withTexts: true).map { $0.conversation?.response }
    return (scores.responses, texts, scores.covariates)
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
