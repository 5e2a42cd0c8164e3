/// `tare evaluate`: how good scores are by a benchmark's rules: raw beside calibrated, one model beside
/// another, many in their order.
internal import Dispatch
internal import Foundation
internal import Synchronization
package import TareCore
internal import TareEvaluation
internal import TareReport
internal import TareStore

package struct EvaluateRequest: Sendable {
  package var sources: [ScoreSource]
  /// A key of the benchmarks; nil to recognise it by the data.
  package var benchmark: String?
  /// One model's scores that the others are compared with, in parts or whole.
  package var against: [ScoreSource] = []
  /// The column that holds a response's length; nil for "length", or the texts', where there are such.
  package var length: String?
  package var bootstrap = 10_000
  package var seed: UInt64 = 1
  /// A key of RewardBench's example counts; nil for today's.
  package var xstestWeights: String?
  /// The score of a step from which on it counts as right; nil for 0.5.
  package var threshold: Double?
  /// Whether the sources are parts of one model's scores.
  package var together = false
  /// How many examples are told of where two models disagree.
  package var disagreements = 0

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
    /// The scores named by `against` (a) and these (b).
    let against: Comparison?
    /// What the two decide differently, with texts where they are known.
    let examples: [DisagreementExample]
  }

  package let parts: [Part]
  /// Of several parts with one benchmark.
  let leaderboard: Leaderboard?
  /// Of AlpacaEval's models in several variants: the win rate's, and the length-controlled one's.
  var gameability: [(measure: String, families: [Gameability])] {
    guard parts.count > 1, parts.allSatisfy({ $0.raw.benchmark == AlpacaEval.key }) else {
      return []
    }
    let plain = parts.map { ($0.name ?? "", $0.raw.accuracies.overall.value) }
    let controlled = parts.compactMap { part in
      part.raw.accuracies.averages.first { $0.name == AlpacaEval.lengthControlled }
        .map { (part.name ?? "", $0.value.value) }
    }
    return [
      (AlpacaEval.measure, Gameability.families(plain)),
      (AlpacaEval.lengthControlled, Gameability.families(controlled)),
    ].filter { !$0.1.isEmpty }
  }
  /// Sources that could not be evaluated, and why.
  package let failures: [(source: String, error: TareError)]

  package var json: JSONValue {
    let objects = parts.map { part -> JSONValue in
      var object = part.raw.json.object ?? [:]
      if let name = part.name { object["name"] = .string(name) }
      object["calibrated"] = part.calibrated?.json
      object["raw_against_calibrated"] = part.comparison?.json
      if let against = part.against, var comparison = against.json.object {
        if !part.examples.isEmpty {
          comparison["disagreements"] = .array(part.examples.map(\.json))
        }
        object["against"] = .object(comparison)
      }
      return .object(object)
    }
    guard parts.count != 1 || !failures.isEmpty else { return objects[0] }
    var object: JSONObject = ["parts": .array(objects)]
    object["leaderboard"] = leaderboard?.json
    if !gameability.isEmpty {
      var measures = JSONObject()
      for (measure, families) in gameability { measures[measure] = .array(families.map(\.json)) }
      object["gameability"] = .object(measures)
    }
    if !failures.isEmpty {
      object["failed"] = .array(
        failures.map { ["source": .string($0.source), "error": .string($0.error.description)] })
    }
    return .object(object)
  }
}

extension Pipeline {
  /// One source that cannot be evaluated is an error; of several it is named and the others go on.
  package func evaluate(_ request: EvaluateRequest) throws(TareError) -> EvaluateOutcome {
    let names = request.sources.names
    let evaluator = try Evaluator(request)
    var parts: [EvaluateOutcome.Part] = []
    var failures: [(source: String, error: TareError)] = []
    if request.together {
      parts = [try evaluator.part(ofAll: request.sources, names)]
    } else {
      for (result, name) in zip(evaluated(request.sources, names, by: evaluator), names) {
        do throws(TareError) {
          parts += try result.get()
        } catch {
          guard names.count > 1, error.exitCode == 65 else { throw error }
          failures.append((name, error))
        }
      }
      if parts.isEmpty, let first = failures.first { throw first.error }
    }
    let benchmarks = Set(parts.map(\.raw.benchmark))
    return EvaluateOutcome(
      parts: parts,
      leaderboard: parts.count > 1 && benchmarks.count == 1
        ? Leaderboard(parts.map { ($0.name ?? "", $0.raw) }, seed: request.seed) : nil,
      failures: failures)
  }
}

extension Pipeline {
  /// The models of each source, several sources at a time, in the order of the sources.
  private func evaluated(
    _ sources: [ScoreSource], _ names: [String], by evaluator: Evaluator
  ) -> [Result<[EvaluateOutcome.Part], TareError>] {
    typealias Outcome = Result<[EvaluateOutcome.Part], TareError>
    let start = ContinuousClock.now
    let results = Mutex<(outcomes: [Outcome?], done: Int)>(
      (Array(repeating: nil, count: sources.count), 0))
    DispatchQueue.concurrentPerform(iterations: sources.count) { index in
      let outcome = Outcome { () throws(TareError) in
        if observer.shouldStop() { throw .interrupted("stopped; nothing was changed") }
        return try evaluator.parts(
          of: sources[index], name: names.count > 1 ? names[index] : nil)
      }
      results.withLock { results in
        results.outcomes[index] = outcome
        results.done += 1
        guard sources.count > 1 else { return }
        observer.report(
          StageProgress(
            work: "evaluated", done: results.done, computed: results.done, total: sources.count,
            tokens: 0, seconds: start.duration(to: .now) / .seconds(1)))
      }
    }
    return results.withLock { $0.outcomes.compactMap(\.self) }
  }
}

/// What holds for all sources of a request.
private struct Evaluator: Sendable {
  let request: EvaluateRequest
  let options: EvaluationOptions
  let other: [ScoredResponse]?
  /// How hard AlpacaEval's instructions are, by the models of all sources.
  let difficulty: [String: Double]

  init(_ request: EvaluateRequest) throws(TareError) {
    self.request = request
    var options = EvaluationOptions(
      bootstrap: try Bootstrap(resamples: request.bootstrap, seed: request.seed),
      length: request.length ?? "length")
    if let key = request.xstestWeights {
      guard let weights = XSTestWeights(rawValue: key) else {
        throw .usage(
          "--xstest-weights \(key); accepted: "
            + XSTestWeights.allCases.map(\.rawValue).joined(separator: ", "))
      }
      options.xstestWeights = weights
    }
    if let threshold = request.threshold {
      guard !threshold.isNaN else { throw .usage("--threshold \(threshold); accepted: a number") }
      options.threshold = threshold
    }
    self.options = options
    var other: [ScoredResponse] = []
    for source in request.against {
      let read = try source.read(covariates: [])
      guard read.parts.count == 1 else {
        throw .usage(
          "--against wants one model's scores, not those of \(read.parts.count); --against-where "
            + "COLUMN=VALUE chooses one")
      }
      other += read.parts[0].placed(from: source, read.store)
    }
    self.other = request.against.isEmpty ? nil : other
    guard request.disagreements == 0 || self.other != nil else {
      throw .usage("--disagreements wants --against: the scores that these are compared with")
    }
    difficulty = try Self.difficulty(of: request)
  }

  /// Models that answer the same instructions tell how hard each of those is.
  private static func difficulty(of request: EvaluateRequest) throws(TareError) -> [String: Double]
  {
    func models(_ source: ScoreSource) -> [[ScoredResponse]] {
      let length = request.length ?? "length"
      let parts = (try? source.read(covariates: [], optional: [length]))?.parts ?? []
      return parts.map(\.responses).filter {
        request.benchmark == AlpacaEval.key || AlpacaEval.recognises($0)
      }
    }
    // Whoever's first file is none of AlpacaEval's need not have all read twice.
    guard request.benchmark == nil || request.benchmark == AlpacaEval.key,
      let first = request.sources.first, case let found = models(first), !found.isEmpty
    else { return [:] }
    return AlpacaEval.difficulty(
      of: found + request.sources.dropFirst().flatMap(models), length: request.length ?? "length")
  }

  private func read(_ source: ScoreSource) throws(TareError) -> ScoreParts {
    try source.read(
      covariates: request.length.map { [$0] } ?? [],
      optional: request.length == nil ? [Length.key] : [])
  }

  /// The models of one source.
  func parts(
    of source: ScoreSource, name: String?
  ) throws(TareError) -> [EvaluateOutcome.Part] {
    let read = try read(source)
    var parts: [EvaluateOutcome.Part] = []
    for part in read.parts {
      do throws(TareError) {
        let calibrated = try calibratedScores(of: part, in: read.store)
        let names = [name, part.name].compactMap(\.self)
        let texts = request.disagreements > 0 ? try part.texts(in: read.store) : nil
        let evaluated = try self.part(
          part.placed(from: source, read.store), calibrated: calibrated, texts: texts,
          // A run's own name is the source's.
          name: names.isEmpty ? nil : read.store == nil ? names.joined(separator: " ") : names.last)
        if case .run(let run, _) = part.origin, let store = read.store {
          try store.keep(evaluated.raw, evaluated.calibrated, of: run)
        }
        parts.append(evaluated)
      } catch {
        throw error.placed(in: part, of: source)
      }
    }
    return parts
  }

  /// All sources as one model.
  func part(
    ofAll sources: [ScoreSource], _ names: [String]
  ) throws(TareError) -> EvaluateOutcome.Part {
    var responses: [ScoredResponse] = []
    var calibrated: [Double]? = []
    for (source, name) in zip(sources, names) {
      let read = try read(source)
      guard read.parts.count == 1 else {
        throw .usage("\(name): \(read.parts.count) models; --together wants parts of one")
      }
      responses += read.parts[0].placed(from: source, read.store)
      let scores = try calibratedScores(of: read.parts[0], in: read.store)
      calibrated = scores.flatMap { scores in calibrated.map { $0 + scores } }
    }
    return try part(responses, calibrated: calibrated, name: nil)
  }

  private func benchmark(
    for responses: [ScoredResponse]
  ) throws(TareError) -> any Benchmark.Type {
    guard let key = request.benchmark else { return Benchmarks.recognised(responses) }
    return try Benchmarks.registry.entry(for: key)
  }

  private func part(
    _ responses: [ScoredResponse], calibrated scores: [Double]?, texts: [Conversation]? = nil,
    name: String?
  ) throws(TareError) -> EvaluateOutcome.Part {
    var options = options
    options.difficulty = difficulty
    let benchmark = try benchmark(for: responses)
    let calibrated = scores.map { responses.scored($0) }
    let against = try other.map { (other) throws(TareError) in
      try benchmark.compare(other, responses, options)
    }
    var raw = try benchmark.evaluate(responses, options)
    if request.benchmark == nil, let note = Benchmarks.nearMiss(responses) {
      raw.notes.append(note)
    }
    return EvaluateOutcome.Part(
      name: name, raw: raw,
      calibrated: try calibrated.map { (calibrated) throws(TareError) in
        try benchmark.evaluate(calibrated, options)
      },
      comparison: try calibrated.map { (calibrated) throws(TareError) in
        try benchmark.compare(responses, calibrated, options)
      },
      against: against,
      examples: DisagreementExample.examples(
        against?.disagreements.prefix(request.disagreements) ?? [], responses, texts))
  }

  /// A file's column `calibrated`, or the run's newest calibration; nil where there is none.
  private func calibratedScores(
    of part: ScorePart, in store: Store?
  ) throws(TareError) -> [Double]? {
    switch part.origin {
    case .table(let table):
      guard part.score != "calibrated" else { return nil }
      return try table.scores(named: "calibrated")
    case .run(let run, let items):
      guard let newest = try store?.calibrations(of: run).last,
        let scores = try store?.calibratedScores(of: newest)
      else {
        guard let file = try store?.source(of: run) else { return nil }
        return try ScoreTable(try file.table()).scores(named: "calibrated")
      }
      let values = items.compactMap { scores[$0]?.value }
      // Rows that were added after the calibration have no calibrated score: it is out of date.
      return values.count == items.count ? values : nil
    }
  }
}

// MARK: - Names

extension [ScoreSource] {
  /// A short name of each that no other has: a run's name, or as much of a file's path as tells it
  /// from the others.
  var names: [String] {
    let paths = map { source -> [String] in
      switch source.place {
      case .run(let name, _): [name]
      case .file("-"): ["standard input"]
      case .file(let path): URL(filePath: path).standardizedFileURL.nameParts
      }
    }
    var seen: [String: Int] = [:]
    return paths.enumerated().map { index, parts -> String in
      let others = paths.enumerated().filter { $0.offset != index }.map(\.element)
      let length = (1...parts.count).first { length in
        !others.contains { $0.suffix(length) == parts.suffix(length) }
      }
      let name = parts.suffix(length ?? parts.count).joined(separator: "/")
      let count = (seen[name] ?? 0) + 1
      seen[name] = count
      // The same file twice.
      return count == 1 ? name : "\(name) (\(count))"
    }
  }
}

extension URL {
  /// Folders, and the name without the endings of score files.
  fileprivate var nameParts: [String] {
    deletingLastPathComponent().pathComponents.filter { $0 != "/" } + [scoreFileName]
  }
}

extension ScorePart {
  /// The responses; RM-Bench's files hold a domain each and name it in the file's name alone.
  fileprivate func placed(from source: ScoreSource, _ store: Store?) -> [ScoredResponse] {
    guard !RMBench.recognises(responses), responses.allSatisfy({ $0.section == nil }),
      let name = fileName(source, store)
    else { return responses }
    let placed = responses.map { response in
      var response = response
      response.section = name
      return response
    }
    return RMBench.recognises(placed) ? placed : responses
  }

  private func fileName(_ source: ScoreSource, _ store: Store?) -> String? {
    switch (source.place, origin) {
    case (.file(let path), _): URL(filePath: path).lastPathComponent
    case (.run, .run(let run, _)):
      (try? store?.source(of: run)).flatMap { $0 }.map { URL(filePath: $0.name).lastPathComponent }
    case (.run, .table): nil
    }
  }
}

extension TareError {
  /// The same error with the file, the model and, in place of a response's number, its line.
  fileprivate func placed(in part: ScorePart, of source: ScoreSource) -> TareError {
    guard case .badData(var place, let found, let accepted) = self else { return self }
    if case .table(let table) = part.origin, let match = place.firstMatch(of: #/^row (\d+) /#),
      let row = Int(match.1), table.responses.indices.contains(row - 1)
    {
      place = table.place(ofResponse: row - 1) + " " + place[match.range.upperBound...]
    }
    var error = TareError.badData(place: place, found: found, accepted: accepted)
    if let name = part.name { error = error.inside(name) }
    guard case .file(let path) = source.place else { return error }
    return error.inside(path == "-" ? "standard input" : path)
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
