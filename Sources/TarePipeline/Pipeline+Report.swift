/// `tare report`: runs of a store as one HTML page.
internal import Foundation
internal import TareCalibration
package import TareCore
internal import TareEvaluation
internal import TareReport
internal import TareStore

package struct ReportRequest: Sendable {
  package var store: String
  /// Runs in the order of the page; empty for all.
  package var runs: [String] = []
  package var output: String
  package var bootstrap = 10_000
  package var seed: UInt64 = 1

  package init(store: String, output: String) {
    self.store = store
    self.output = output
  }
}

extension Pipeline {
  /// Writes the page. A run's newest calibration stands beside its raw scores.
  package func report(_ request: ReportRequest) throws(TareError) {
    let store = try Store(path: request.store, access: .readOnly)
    var names = request.runs
    if names.isEmpty { names = try store.runs().map(\.run.name) }
    guard !names.isEmpty else { throw .usage("\(request.store): the store has no runs") }
    let options = EvaluationOptions(
      bootstrap: try Bootstrap(resamples: request.bootstrap, seed: request.seed))
    var runs: [Report.Run] = []
    for name in names { runs.append(try store.reported(store.run(named: name), options)) }
    let page = Report(
      title: names.count == 1 ? "Reward model: \(names[0])" : "Reward models",
      date: Date.now.formatted(.iso8601.year().month().day()), runs: runs,
      provenance: [
        .init("Store", URL(filePath: request.store).lastPathComponent),
        .init("Bootstrap", "\(request.bootstrap) resamples, seed \(request.seed)"),
      ])
    try write(Data(page.html().utf8), to: request.output)
  }
}

extension Store {
  fileprivate func reported(
    _ run: Run, _ options: EvaluationOptions
  ) throws(TareError) -> Report.Run {
    // Scores that were imported may have no length.
    let scores: RunScores
    if let known = try? self.scores(of: run, covariates: [Length.key]) {
      scores = known
    } else {
      scores = try self.scores(of: run)
    }
    let responses = scores.responses
    var page = Report.Run(name: run.name, provenance: run.facts(responses: responses.count))
    guard !responses.isEmpty else { return page }
    let benchmark = Benchmarks.recognised(responses)
    // Candidates without labels have no accuracy; their curve is shown all the same.
    let isLabelled = benchmark != Pairs.self || responses.contains { $0.role != .response }
    if isLabelled { page.raw = try benchmark.evaluate(responses, options) }

    let newest = try calibrations(of: run).last
    let calibrations = try newest.map { (calibration) throws(TareError) in
      try calibratedScores(of: calibration)
    }
    let values = scores.items.map { calibrations?[$0]?.value }
    page.responses = zip(responses, values).compactMap { response, calibrated in
      response.covariates[Length.key].map {
        Report.Response(length: $0, score: response.score, calibrated: calibrated)
      }
    }
    guard let newest, values.allSatisfy({ $0 != nil }) else { return page }
    let calibrated = responses.scored(values.compactMap { $0 })
    if isLabelled {
      page.calibrated = try benchmark.evaluate(calibrated, options)
      page.comparison = try benchmark.compare(responses, calibrated, options)
    }
    let calibration = try Calibration(json: newest.artefact)
    // The page plots length; a curve over another covariate has no place there.
    if calibration.covariates.first == .length {
      page.fit = responses.compactMap { $0.covariates[Length.key] }.sorted().compactMap { length in
        calibration.bias(at: length).map { PlotPoint(x: length, y: $0) }
      }
    }
    page.provenance.append(.init("Calibration", "\(newest.method), \(newest.createdAt)"))
    return page
  }
}

extension Run {
  fileprivate func facts(responses: Int) -> [Report.Fact] {
    var facts: [Report.Fact] = [
      .init("Model", scorer.modelName), .init("Model SHA-256", scorer.modelDigest.description),
      .init("Precision", scorer.precision), .init("Read rule", scorer.readRule),
      .init("Responses", String(responses)), .init("Scored", createdAt),
    ]
    if let head = scorer.headDigest { facts.append(.init("Head SHA-256", head.description)) }
    if let templateDate { facts.append(.init("Template date", templateDate)) }
    return facts
  }
}
