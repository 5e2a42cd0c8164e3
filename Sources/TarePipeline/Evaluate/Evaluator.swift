/// What holds for all sources of `tare evaluate`: options, what they are compared with, and how a source becomes
/// evaluations.
internal import Foundation
internal import TareCalibration
internal import TareCore
internal import TareEvaluation
internal import TareFormats
internal import TareReport
internal import TareStore

struct Evaluator: Sendable {
  let request: EvaluateRequest
  let options: EvaluationOptions
  private let others: OtherScores
  /// What is asked of each model's numbers.
  private let conditions: [Condition]
  /// What those and these are called beside each other.
  let sides: (other: String, these: [String])
  /// How hard AlpacaEval's instructions are, by the models of all sources.
  let difficulty: (byPrompt: [String: Double], didConverge: Bool)

  init(_ request: EvaluateRequest) throws(TareError) {
    self.request = request
    var options = EvaluationOptions(
      bootstrap: try Bootstrap(resamples: request.bootstrap, seed: request.seed),
      length: request.length ?? "length")
    if let key = request.xstestWeights {
      guard let weights = XSTestWeights(rawValue: key) else {
        throw .usage(
          "--xstest-weights: expected "
            + XSTestWeights.allCases.map(\.rawValue).joined(separator: ", ") + ", found \(key)")
      }
      options.xstestWeights = weights
    }
    if let threshold = request.threshold {
      guard !threshold.isNaN else {
        throw .usage("--threshold: expected a number, found \(threshold)")
      }
      options.threshold = threshold
    }
    self.options = options
    var conditions: [Condition] = []
    for text in request.conditions { conditions.append(try Condition(text)) }
    if request.against.isEmpty, let condition = conditions.first(where: \.needsBase) {
      throw .usage(
        "condition '\(condition.text)': 'base' without scores to compare with; give --against")
    }
    self.conditions = conditions
    others = try OtherScores(request)
    sides = Self.sides(of: request)
    guard request.disagreements == 0 || !request.against.isEmpty else {
      throw .usage("--disagreements requires --against: the scores to compare with")
    }
    difficulty = try Self.difficulty(of: request)
  }

  /// File names that tell the two sides apart, or the runs' names.
  private static func sides(of request: EvaluateRequest) -> (other: String, these: [String]) {
    let names = (request.against + request.sources).names
    let others = names.prefix(request.against.count)
    let more = others.count > 1 ? " and \(others.count - 1) more" : ""
    return ((others.first ?? "") + more, Array(names.dropFirst(request.against.count)))
  }

  /// Models that answer the same instructions tell how hard each of those is.
  private static func difficulty(
    of request: EvaluateRequest
  ) throws(TareError) -> (byPrompt: [String: Double], didConverge: Bool) {
    func models(_ source: ScoreSource) -> [ScoredResponses] {
      guard mayHoldPreferences(source) else { return [] }
      let length = request.length ?? "length"
      let parts = (try? source.read(covariates: [], optional: [length]))?.parts ?? []
      return parts.map(\.responses).filter {
        request.benchmark == AlpacaEval.key || AlpacaEval.recognises($0)
      }
    }
    // Whoever's first file is none of AlpacaEval's need not have all read twice.
    guard request.benchmark == nil || request.benchmark == AlpacaEval.key,
      let first = request.sources.first, case let found = models(first), !found.isEmpty
    else { return ([:], true) }
    return AlpacaEval.difficulty(
      of: found + request.sources.dropFirst().flatMap(models), length: request.length ?? "length")
  }

  /// Whether AlpacaEval's column is named near the beginning: other files need not be read for this.
  private static func mayHoldPreferences(_ source: ScoreSource) -> Bool {
    let opening: [UInt8]?
    switch source.place {
    case .file(let path):
      if let content = source.content {
        opening = Array(content.bytes.prefix(openingBytes))
      } else if TableFiles.isSeveral(path) {
        return true
      } else if let footer = ParquetFile.footer(of: path) {
        return footer.range(of: Data("preference".utf8)) != nil
      } else {
        opening = try? ByteStream(path).opening(openingBytes)
      }
    case .run(let name, let path):
      let store = try? existingStore(path)
      opening =
        (try? store?.run(named: name)).flatMap { run in
          run.flatMap { run in try? store?.source(of: run) }
        }.map { Array($0.data.prefix(openingBytes)) }
    }
    guard let opening else { return false }
    return !namesColumnsFirst(opening) || Data(opening).range(of: Data("preference".utf8)) != nil
  }

  /// Bytes that hold a header, or the first row's names.
  private static let openingBytes = 1 << 18

  /// Whether all columns are named before the second row: Parquet through a pipe names them at its end,
  /// and pandas writes JSON column by column.
  private static func namesColumnsFirst(_ opening: [UInt8]) -> Bool {
    if opening.starts(with: "PAR1".utf8) { return false }
    let text = opening.drop { $0 <= 0x20 }
    guard text.first == UInt8(ascii: "{") else { return true }
    let line = Array(text.prefix { $0 != UInt8(ascii: "\n") })
    return (try? JSONValue(parsing: line)) != nil && line.count < text.count
  }

  private func read(_ source: ScoreSource) throws(TareError) -> ScoreParts {
    var read = try source.read(
      covariates: request.length.map { [$0] } ?? [],
      optional: request.length == nil ? [Length.key] : []
    ).withoutLonePrompts(of: source, for: request.benchmark)
    read.table = nil
    read.parts = read.parts.map(\.withoutUnusedCells)
    return read
  }

  /// What `body` makes of each model of a source; its errors name file, model and line.
  func eachModel<Result>(
    of source: ScoreSource, name: String?, _ body: (ScoredModel) throws(TareError) -> Result
  ) throws(TareError) -> [Result] {
    let read = try read(source)
    var results: [Result] = []
    for part in read.parts {
      do throws(TareError) {
        let names = [name, part.name].compactMap(\.self)
        let calibrated = try calibratedScores(of: part, in: read.store)
        results.append(
          try body(
            ScoredModel(
              // A run's own name is the source's.
              name: names.isEmpty
                ? nil : read.store == nil ? names.joined(separator: " ") : names.last,
              responses: try part.placed(from: source, read.store),
              calibrated: calibrated?.scores, calibration: calibrated?.story,
              covariates: read.covariates, parts: [part], store: read.store,
              isOneOfSeveral: read.parts.count > 1)))
      } catch {
        throw error.placed(in: part, of: source)
      }
    }
    return results
  }

  /// All sources as one model.
  func model(ofAll sources: [ScoreSource], name: String?) throws(TareError) -> ScoredModel {
    var whole = ScoredModel(
      name: name, responses: ScoredResponses([]), calibrated: [], covariates: [], parts: [],
      store: nil)
    for source in sources {
      let read = try read(source)
      guard read.parts.count == 1 else {
        throw .usage(
          "\([source].names[0]): expected scores of one model, found \(read.parts.count) models")
      }
      whole.responses = whole.responses + (try read.parts[0].placed(from: source, read.store))
      let scores = try read.parts[0].calibratedScores(in: read.store)
      whole.calibrated = scores.flatMap { scores in whole.calibrated.map { $0 + scores } }
      whole.calibration = whole.calibrated.map { _ in
        CalibrationStory(.column, method: nil, labels: .unknown)
      }
      whole.covariates = read.covariates
      whole.parts += read.parts
      whole.store = read.store
    }
    return whole
  }

  /// The models of one source, evaluated.
  func parts(
    of source: ScoreSource, name: String?
  ) throws(TareError) -> [EvaluateOutcome.Part] {
    try eachModel(of: source, name: name) { (model) throws(TareError) in
      let evaluated = try part(model)
      if case .run(let run, _)? = model.parts.first?.origin, let store = model.store,
        !store.isReadOnly
      {
        try store.keep(evaluated.raw, evaluated.calibrated, of: run)
      }
      return evaluated
    }
  }

  func benchmark(
    for responses: ScoredResponses
  ) throws(TareError) -> any Benchmark.Type {
    guard let key = request.benchmark else { return Benchmarks.recognised(responses) }
    return try Benchmarks.registry.entry(for: key)
  }

  /// Values of the column that the other scores lack.
  func valuesWithoutOther(of parts: [EvaluateOutcome.Part]) -> [String] {
    others.areDivided ? parts.filter { $0.against == nil }.map { $0.name ?? "" } : []
  }

  private func options(for model: ScoredModel) -> EvaluationOptions {
    var options = options
    options.difficulty = difficulty.byPrompt
    options.difficultyDidConverge = difficulty.didConverge
    // Models that are ranked share their resamples.
    options.bootstrap.isPaired = model.isOneOfSeveral || request.sources.count > 1
    return options
  }

  func part(_ model: ScoredModel) throws(TareError) -> EvaluateOutcome.Part {
    let options = options(for: model)
    let responses = model.responses
    let benchmark = try benchmark(for: responses)
    let calibrated = model.calibrated.map { responses.scored($0) }
    let against = try others.scores(for: model).map { (other) throws(TareError) in
      try benchmark.compare(other, responses, options)
    }
    let nearMiss = request.benchmark == nil ? Benchmarks.nearMiss(responses) : nil
    @Sendable func evaluated(_ responses: ScoredResponses) throws(TareError) -> Evaluation {
      var evaluation = try benchmark.evaluate(responses, options)
      if let nearMiss { evaluation.warning = nearMiss }
      if let note = model.parts.compactMap(\.groupingNote).first {
        // Notes are joined with stops of their own.
        evaluation.notes.append(note.hasSuffix(".") ? String(note.dropLast()) : note)
      }
      return evaluation
    }
    let raw: Evaluation
    var after: (evaluation: Evaluation, comparison: Comparison)?
    if let calibrated {
      let sides = [responses, calibrated]
      let evaluations = try ParallelParts.map(threads: 2, count: 2) { (side) throws(TareError) in
        try evaluated(sides[side])
      }
      var comparison: Comparison = try benchmark.compare(responses, calibrated, options)
      comparison.labelUse = model.calibration?.labels ?? .unknown
      (raw, after) = (evaluations[0], (evaluations[1], comparison))
    } else {
      raw = try evaluated(responses)
    }
    var checks: [ConditionCheck] = []
    for condition in conditions {
      checks.append(try ConditionCheck(condition, of: raw, against: against))
    }
    return EvaluateOutcome.Part(
      name: model.name, raw: raw, calibrated: after?.evaluation,
      calibration: calibrated == nil ? nil : model.calibration, comparison: after?.comparison,
      against: against, sides: (sides.other, name(of: model)),
      examples: DisagreementExample.examples(
        against?.disagreements.prefix(request.disagreements) ?? [], responses,
        request.disagreements > 0 ? try model.texts() : nil),
      checks: checks)
  }

  /// What a model is called beside the scores that it is compared with.
  private func name(of model: ScoredModel) -> String {
    if let name = model.name { return name }
    let more = sides.these.count > 1 ? " and \(sides.these.count - 1) more" : ""
    return (sides.these.first ?? "") + more
  }

  private typealias Calibrated = (scores: [Double], story: CalibrationStory)

  /// A file's column `calibrated`, or the run's newest calibration; nil where there is none.
  private func calibratedScores(
    of part: ScorePart, in store: Store?
  ) throws(TareError) -> Calibrated? {
    guard let scores = try part.calibratedScores(in: store) else { return nil }
    guard case .run(let run, _) = part.origin, let newest = try store?.calibrations(of: run).last
    else { return (scores, CalibrationStory(.column, method: nil, labels: .unknown)) }
    let calibration = try Calibration(json: newest.artefact)
    return (
      scores,
      CalibrationStory(
        .stored(date: newest.createdAt), method: calibration.method + calibration.settingsInWords,
        labels: calibration.gamma == 0 ? .unused : calibration.labelUse(on: part.responses),
        corrects: calibration.gamma != 0)
    )
  }
}

extension ScorePart {
  /// The responses; RM-Bench's files hold a domain each and name it in the file's name alone.
  ///
  /// - Throws: `TareError.badData` for labels that are no verdicts.
  func placed(from source: ScoreSource, _ store: Store?) throws(TareError) -> ScoredResponses {
    guard !responses.haveReferenceAnswers else {
      throw .badData(
        place: "label",
        found: "the same number for all responses to each prompt (a reference answer?)",
        accepted: "labels that tell better from worse responses (name their column with --label)")
    }
    guard responses.sections == nil, !RMBench.recognises(responses),
      let name = fileName(source, store)
    else { return responses }
    let placed = responses.inSection(name)
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
    if let columns = part.columnsWithoutLabel, found.contains("without a label") {
      return .badData(
        place: source.fileName,
        found: "none; the columns are \(columns); name it with --label NAME",
        accepted: "a label column (label, gold or role) that says which responses are better")
    }
    if case .table(let table) = part.origin, let match = place.firstMatch(of: #/^row (\d+) /#),
      let row = Int(match.1), table.responses.indices.contains(row - 1)
    {
      place = table.place(ofResponse: row - 1) + " " + place[match.range.upperBound...]
    }
    var error = TareError.badData(place: place, found: found, accepted: accepted)
    if let name = part.name { error = error.inside(name) }
    guard case .file = source.place else { return error }
    return error.inside(source.fileName)
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
