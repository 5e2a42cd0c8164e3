/// `tare evaluate --benchmark clips`: average precision of scored clips of videos.
package import TareCore
internal import TareEvaluation

extension Pipeline {
  /// - Throws: `TareError.badData` that names file and row.
  package func evaluateClips(_ request: ClipRequest) throws(TareError) -> ClipOutcome {
    let bootstrap = try Bootstrap(resamples: request.bootstrap, seed: request.seed)
    let chosen = try request.chosen()
    func evaluated(_ path: String) throws(TareError) -> [ClipOutcome.Evaluated] {
      try request.proposals(path, of: chosen).map { isCalibrated, clips in
        ClipOutcome.Evaluated(
          source: path, isCalibrated: isCalibrated,
          precision: ClipPrecision(clips, bootstrap: bootstrap))
      }
    }
    let base = try request.against.map { (path) throws(TareError) in try evaluated(path) }
    var outcome = ClipOutcome()
    for input in request.inputs {
      let own = try evaluated(input)
      outcome.evaluated += own
      if own.count == 2 { outcome.compared.append(.init(own[0], own[1])) }
      if let base, let first = base.last, let second = own.last {
        outcome.compared.append(.init(first, second))
      }
    }
    return outcome
  }
}
