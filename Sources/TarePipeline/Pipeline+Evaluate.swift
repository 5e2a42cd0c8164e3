/// `tare evaluate`: how good scores are by a benchmark's rules, raw and calibrated side by side.
package import TareCore
internal import TareEvaluation
internal import TareReport
internal import TareStore

package struct EvaluateRequest: Sendable {
  package var sources: [ScoreSource]
  /// A key of the benchmarks; nil to recognise it by the subsets.
  package var benchmark: String?
  /// A run that the others are compared with.
  package var against: ScoreSource?
  /// The column that holds a response's length; nil for "length", where there is one.
  package var length: String?
  package var bootstrap = 10_000
  package var seed: UInt64 = 1

  package init(sources: [ScoreSource]) { self.sources = sources }
}

package struct EvaluateOutcome: Sendable {
  /// One reward model or run.
  package struct Part: Sendable {
    package let name: String?
    let raw: Evaluation
    let calibrated: Evaluation?
    /// Raw against calibrated.
    let comparison: Comparison?
    /// The run named by `against`, against this one.
    let against: Comparison?
  }

  package let parts: [Part]

  package var json: JSONValue {
    let parts = parts.map { part -> JSONValue in
      var object = part.raw.json.object ?? [:]
      if let name = part.name { object["name"] = .string(name) }
      object["calibrated"] = part.calibrated?.json
      object["raw_against_calibrated"] = part.comparison?.json
      object["against"] = part.against?.json
      return .object(object)
    }
    return parts.count == 1 ? parts[0] : ["parts": .array(parts)]
  }
}

extension Pipeline {
  package func evaluate(_ request: EvaluateRequest) throws(TareError) -> EvaluateOutcome {
    let bootstrap = try Bootstrap(resamples: request.bootstrap, seed: request.seed)
    let options = EvaluationOptions(bootstrap: bootstrap, length: request.length ?? "length")
    let other = try request.against.map { (source) throws(TareError) in
      try onlyPart(of: source)
    }
    var parts: [EvaluateOutcome.Part] = []
    for source in request.sources {
      let read = try source.read(covariates: request.length.map { [$0] } ?? [])
      for part in read.parts {
        do throws(TareError) {
          let benchmark =
            try request.benchmark.map { (key) throws(TareError) in
              try Benchmarks.registry.entry(for: key)
            } ?? Benchmarks.recognised(part.responses)
          let raw = try benchmark.evaluate(part.responses, options)
          let scores = try calibratedScores(of: part, in: read.store)
          let calibrated = scores.map { part.responses.scored($0) }
          let evaluation = try calibrated.map { (responses) throws(TareError) in
            try benchmark.evaluate(responses, options)
          }
          parts.append(
            EvaluateOutcome.Part(
              name: part.name, raw: raw, calibrated: evaluation,
              comparison: try calibrated.map { (responses) throws(TareError) in
                try benchmark.compare(part.responses, responses, options)
              },
              against: try other.map { (other) throws(TareError) in
                try benchmark.compare(other.responses, part.responses, options)
              }))
          if case .run(let run, _) = part.origin, let store = read.store {
            try store.keep(raw, evaluation, of: run)
          }
        } catch {
          guard let name = part.name else { throw error }
          throw error.inside(name)
        }
      }
    }
    return EvaluateOutcome(parts: parts)
  }

  private func onlyPart(of source: ScoreSource) throws(TareError) -> ScorePart {
    let parts = try source.read(covariates: []).parts
    guard parts.count == 1 else {
      throw .usage("--against wants one run, not \(parts.count)")
    }
    return parts[0]
  }

  /// A file's column `calibrated`, or the run's newest calibration; nil where there is none.
  private func calibratedScores(
    of part: ScorePart, in store: Store?
  ) throws(TareError) -> [Double]? {
    switch part.origin {
    case .table(let table):
      guard table.table.has("calibrated") else { return nil }
      return try table.table.numbers(in: "calibrated")
    case .run(let run, let items):
      guard let newest = try store?.calibrations(of: run).last,
        let scores = try store?.calibratedScores(of: newest)
      else { return nil }
      let values = items.compactMap { scores[$0]?.value }
      // Rows that were added after the calibration have no calibrated score: it is out of date.
      return values.count == items.count ? values : nil
    }
  }
}

extension [ScoredResponse] {
  /// The same responses with other scores, [row].
  func scored(_ scores: [Double]) -> [ScoredResponse] {
    zip(self, scores).map { response, score in
      var response = response
      response.score = score
      return response
    }
  }
}

extension Store {
  fileprivate func keep(
    _ raw: Evaluation, _ calibrated: Evaluation?, of run: Run
  ) throws(TareError) {
    try saveEvaluation(raw.json, benchmark: raw.benchmark, of: run)
    if let calibrated, let newest = try calibrations(of: run).last {
      try saveEvaluation(
        calibrated.json, benchmark: calibrated.benchmark, calibration: newest, of: run)
    }
  }
}
