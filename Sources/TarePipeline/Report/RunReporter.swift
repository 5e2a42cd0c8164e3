/// One model's scores as a report shows them: evaluated, calibrated, against length, with examples.
internal import TareCalibration
internal import TareCore
internal import TareEvaluation
internal import TareNumerics
internal import TareRanking
internal import TareReport
internal import TareStore

/// A run of the page, and what runs are compared by.
struct ReportedRun {
  var page: Report.Run
  let responses: ScoredResponses
  let benchmark: any Benchmark.Type
}

struct RunReporter {
  private let request: ReportRequest
  private let evaluator: Evaluator
  private let facts: [Report.Fact]
  private let length: String

  /// - Parameter facts: where the source's numbers come from.
  init(_ request: ReportRequest, _ evaluator: Evaluator, facts: [Report.Fact]) {
    self.request = request
    self.evaluator = evaluator
    self.facts = facts
    length = request.evaluation.length ?? Length.key
  }

  /// - Parameter name: of the run where the model itself has none.
  func run(of model: ScoredModel, name: String) throws(TareError) -> ReportedRun {
    let responses = model.responses
    let benchmark = try evaluator.benchmark(for: responses)
    var run = ReportedRun(
      page: Report.Run(name: model.name ?? name), responses: responses, benchmark: benchmark)
    run.page.provenance = facts + [.init("Responses", responses.count.text)]
    guard !responses.isEmpty else { return run }

    var model = model
    let table = try self.table(of: model)
    if let table { try calibrate(table, &model, &run.page) }
    FreedMemory.giveBack()
    do throws(TareError) {
      let evaluated = try evaluator.part(model)
      run.page.raw = evaluated.raw
      run.page.calibrated = evaluated.calibrated
      run.page.comparison = evaluated.comparison
    } catch {
      // Without labels there is no accuracy; the rest is shown all the same.
      guard case .badData = error, responses.roles.contains(.response) else {
        throw error
      }
      run.page.unevaluated = error.description
    }
    FreedMemory.giveBack()
    run.page.margins = margins(of: model)
    run.page.changes = try changes(of: model, run.page.comparison)
    FreedMemory.giveBack()
    run.page.bestOfN = bestOfN(of: model)
    return run
  }
}

// MARK: - Length

extension RunReporter {
  /// Scores and lengths; nil where lengths are not known.
  private func table(of model: ScoredModel) throws(TareError) -> CalibrationTable? {
    guard
      let covariate = model.covariates.first(where: { $0.name == length }) ?? model.length(length)
    else { return nil }
    let isGrouped = request.evaluation.sources.contains { $0.group != nil }
    return try CalibrationTable(
      model.responses, covariates: [covariate],
      prompts: isGrouped ? PromptGroups(model.responses.lazy.map(\.promptID)) : nil)
  }

  /// What the scores have to do with length, whether to correct that, and calibrated scores where the
  /// source has none.
  private func calibrate(
    _ given: CalibrationTable, _ model: inout ScoredModel, _ page: inout Report.Run
  ) throws(TareError) {
    let isBySubset = request.calibration?.perSubset ?? false
    let (ordered, order) = (isBySubset ? given : given.withoutSubsets).canonical()
    let table = ordered.sharingFits()
    FreedMemory.giveBack()
    let auto = try CalibrateSettings().fit(table, date: Pipeline.now)
    page.advice = auto.findings["reason"]?.string.map { reason in
      Advice(
        corrects: auto.findings["decision"]?.string == "correct", reason: reason,
        isByLabels: auto.usesLabels)
    }
    let (lengths, scores) = (given.columns[0], given.scores)
    let points = scores.indices.lazy.map { (x: lengths[$0], y: scores[$0]) }
    var calibrated = model.calibrated.map { scores in order.map(scores.taking) ?? scores }
    if calibrated != nil {
      if let calibration = try stored(of: model), calibration.covariates.first?.name == length {
        page.removed = calibration.curve(through: points)
      }
    } else if let settings = request.calibration {
      let calibration = settings.isAuto ? auto : try settings.fit(table, date: Pipeline.now)
      model.calibration = try calibrate(table, by: calibration, settings, &calibrated)
      model.calibrated = calibrated.map { scores in order.map(scores.returned) ?? scores }
      if calibrated != nil { page.removed = calibration.curve(through: points) }
    }
    page.calibration = model.calibration
    page.removed = page.removed.thinned(to: 200)
    FreedMemory.giveBack()
    var tables = [table]
    if let calibrated { tables.append(try table.scored(calibrated)) }
    let diagnoses = ParallelParts.map(threads: 2, count: tables.count) { [tables] in
      Diagnosis(of: tables[$0], thorough: true)
    }
    page.before = LengthCurve(diagnoses[0])
    page.after = diagnoses.count > 1 ? LengthCurve(diagnoses[1]) : nil
    page.responses = .init(lengths: lengths, scores: scores, calibrated: model.calibrated)
  }

  /// Of so many folds: what labels chose is judged on prompts that had no part in the choice.
  private static let folds = 5

  /// Scores for the page, and how they came to be. Where labels had a part in the calibration, each
  /// prompt's come from a fit to the prompts of other folds, so that its own labels may judge them.
  private func calibrate(
    _ table: CalibrationTable, by calibration: Calibration, _ settings: CalibrateSettings,
    _ scores: inout [Double]?
  ) throws(TareError) -> CalibrationStory {
    let name = calibration.method + calibration.settingsInWords
    guard calibration.gamma != 0 else {
      return CalibrationStory(.fittedHere, method: name, labels: .unused, corrects: false)
    }
    guard calibration.usesLabels else {
      scores = try calibration.apply(to: table).calibrated
      return CalibrationStory(.fittedHere, method: name, labels: .unused)
    }
    var folded = settings
    folded.crossFit = Self.folds
    if let fit = try? folded.fit(table, date: Pipeline.now), fit.isCrossFitted,
      let held = try? fit.apply(to: table)
    {
      scores = held.calibrated
      return CalibrationStory(.fittedHere, method: name, labels: .heldOut)
    }
    scores = try calibration.apply(to: table).calibrated
    return CalibrationStory(.fittedHere, method: name, labels: .inSample)
  }

  /// The run's newest calibration, if its scores are the model's calibrated ones.
  private func stored(of model: ScoredModel) throws(TareError) -> Calibration? {
    guard model.calibrated != nil, model.parts.count == 1,
      case .run(let run, _) = model.parts[0].origin,
      let newest = try model.store?.calibrations(of: run).last
    else { return nil }
    return try Calibration(json: newest.artefact)
  }
}

extension CalibrateSettings {
  /// Whether it is the method that decides by itself, as it stands.
  fileprivate var isAuto: Bool { given == nil }
}

extension ScoredModel {
  /// A covariate of this name that all responses have, though it was not asked for.
  fileprivate func length(_ name: String) -> Covariate? {
    responses.covariate(name) == nil ? nil : .named(name)
  }
}

extension LengthCurve {
  init(_ diagnosis: Diagnosis) {
    self.init(
      places: diagnosis.curve?.places.map {
        Place(length: $0.x, score: $0.fitted, interval: $0.interval)
      } ?? [],
      pooled: diagnosis.pooled.map {
        Correlation($0.rankCorrelation, diagnosis.intervals?.pooled.rankCorrelation)
      },
      withinPrompt: diagnosis.withinPrompt.map {
        Correlation($0.rankCorrelation, diagnosis.intervals?.withinPrompt.rankCorrelation)
      })
  }
}

extension Array {
  /// At most about so many, evenly, with the first and the last.
  fileprivate func thinned(to count: Int) -> [Element] {
    guard self.count > count else { return self }
    let last = Double(self.count - 1)
    return (0..<count).map { self[Int((Double($0) * last / Double(count - 1)).rounded())] }
  }
}

// MARK: - Pairs and candidates

extension RunReporter {
  /// Of pairs of a chosen and a rejected response; none where the data are of another kind.
  private func margins(of model: ScoredModel) -> Report.Margins {
    guard let pairs = try? ScoredPair.pairs(of: model.responses) else { return .init(raw: []) }
    return .init(
      raw: pairs.margins, calibrated: model.calibrated.flatMap { pairs.margins(by: $0) } ?? [])
  }

  /// Texts take at most about so many characters of the page.
  private static let mostText = 900_000

  private func changes(
    of model: ScoredModel, _ comparison: Comparison?
  ) throws(TareError) -> Changes? {
    guard let comparison, let calibrated = model.calibrated else { return nil }
    let all = comparison.disagreements
    let gained = all.filter { $0.b > $0.a }
    let lost = all.filter { $0.b < $0.a }
    let wanted = Set(gained.prefix(request.examples) + lost.prefix(request.examples))
    let examples = DisagreementExample.examples(
      all.filter(wanted.contains), model.responses,
      // Whoever has no texts, or odd ones, still wants the numbers.
      request.examples > 0 ? (try? model.texts()).flatMap(\.self) : nil)
    let runs = request.evaluation.sources.count
    let limit = max(400, Self.mostText / max(1, 3 * wanted.count * runs))
    return Changes(
      gained: gained.count, lost: lost.count,
      examples: examples.map { example in
        Changes.Example(example, model.responses, calibrated, length: length, limit: limit)
      })
  }

  /// More places than these are not drawn.
  private static let mostPlaces = 40

  private func bestOfN(of model: ScoredModel) -> BestOfNCurves? {
    let responses = model.responses
    guard responses.groups.hasMany else { return nil }
    @Sendable func points(_ scores: [Double], _ values: [Double]) -> [BestOfNCurves.Point] {
      let points = BestOfNCurve(responses, scores: scores, labels: values).points
      return points.compactMap { point in
        point.label.map {
          BestOfNCurves.Point(
            n: point.n, kl: point.kl, prompts: point.prompts, value: $0.value,
            interval: $0.interval)
        }
      }.thinned(to: Self.mostPlaces)
    }
    let raw = responses.scores
    var panels: [(title: String, unit: String, values: [Double])] = []
    if let labels = responses.judgements {
      panels.append(("Mean label of the best of n", "mean label", labels))
    } else {
      panels.append(("Mean raw score of the best of n", "mean raw score", raw))
    }
    if let lengths = responses.covariate(length) {
      panels.append(("Mean length of the best of n", "mean length", lengths))
    }
    let scores = [raw] + [model.calibrated].compactMap(\.self)
    let curves = ParallelParts.map(threads: 2, count: panels.count * scores.count) {
      [panels] index in
      points(scores[index % scores.count], panels[index / scores.count].values)
    }
    return BestOfNCurves(
      panels: panels.enumerated().map { place, panel in
        let own = curves[place * scores.count..<(place + 1) * scores.count]
        return .init(
          title: panel.title, unit: panel.unit, raw: own.first ?? [],
          calibrated: own.dropFirst().first ?? [])
      })
  }
}

extension Changes.Example {
  /// - Parameter limit: characters that are shown of each text.
  fileprivate init(
    _ example: DisagreementExample, _ responses: ScoredResponses, _ calibrated: [Double],
    length: String, limit: Int
  ) {
    let disagreement = example.disagreement
    let texts = zip(example.rows, example.responses).map { row, text in
      let response = responses[row]
      let name =
        switch response.role {
        case .chosen: "Better answer"
        case .rejected: "Worse answer"
        case .response: "Response \(response.index)"
        }
      return Text(
        name: name, text: text.cut(to: limit), length: response.covariates[length],
        raw: response.score, calibrated: calibrated[row])
    }
    self.init(
      id: disagreement.promptID, subset: disagreement.subset,
      isGained: disagreement.b > disagreement.a,
      margin: disagreement.margins.count == 2
        ? Margin(raw: disagreement.margins[0], calibrated: disagreement.margins[1]) : nil,
      prompt: example.prompt?.cut(to: limit), responses: texts)
  }
}

extension String {
  /// The beginning, and how much is missing.
  fileprivate func cut(to limit: Int) -> String {
    guard unicodeScalars.count > limit else { return self }
    let rest = (unicodeScalars.count - limit).text
    return String(String.UnicodeScalarView(unicodeScalars.prefix(limit)))
      + " … (\(rest) more characters)"
  }
}

extension PromptGroups {
  /// Whether a prompt has more than two responses.
  fileprivate var hasMany: Bool {
    let starts = members.starts
    return zip(starts, starts.dropFirst()).contains { $1 - $0 > 2 }
  }
}
