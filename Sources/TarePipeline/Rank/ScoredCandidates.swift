/// What `rank` and `pairs` work on: responses with one score each, however it was come by.
internal import TareCalibration
internal import TareCore
internal import TareFormats
internal import TareNumerics
internal import TareRanking
internal import TareStore

package struct CandidatesRequest: Sendable {
  package enum Source: Sendable {
    /// Candidates that a model scores.
    case candidates(ScoreRequest)
    /// Scores that are there already, of one reward model or of several.
    case scores([ScoreSource])
  }

  package var source: Source
  /// Saved calibrations that are taken off the scores first: one for all sources, or one a source.
  package var calibrations: [String] = []
  /// How many standard deviations `mean-sd` takes off the mean; nil for 1.
  package var lambda: Double?
  /// Whether scores are brought to mean 0 and standard deviation 1 within each prompt.
  package var normalises = false
  /// Whether calibrated scores that stand beside the others are left alone.
  package var isRaw = false
  /// A key of the ways to combine several models; nil for the mean.
  package var combine: String?
  /// The column of the scores' standard deviations, where they are wanted.
  package var deviations: String?
  /// How many of them are taken off the scores; 0 for none.
  package var lowerBound = 0.0

  package init(source: Source) { self.source = source }

  /// Keys of the ways to combine several models.
  /// Where `tare score` writes standard deviations.
  package static let deviationColumn = RunItem.deviationColumn

  package static let combinations = ["mean", "min", "mean-sd"]
}

/// Responses in input order.
struct ScoredCandidates: Sendable {
  let responses: ScoredResponses
  /// What counts: calibrated, normalised, combined, [row].
  let scores: [Double]
  /// The same without calibration, [row]; nil where nothing was calibrated.
  let uncalibrated: [Double]?
  /// Standard deviations of the scores, [row]; nil where they were not asked for.
  let deviations: [Double]?
  /// Prompt and response, [row]; nil where they are not known.
  let texts: Conversations?
  /// What is there in place of texts, for messages.
  let withoutTexts: String
  /// Which scores count, in a sentence.
  let used: String
  /// What was guessed of the rows, a sentence each.
  let notes: [String]

  /// How good each is, where all are labelled.
  var labels: [Double]? { responses.haveReferenceAnswers ? nil : responses.judgements }

  /// Responses without a label where others have one.
  var unlabelled: Int {
    let count = responses.indices.count {
      ScoredResponses.isMissing(responses.goodness($0))
    }
    return count == responses.count ? 0 : count
  }
}

extension ScoredResponses {
  /// How good each is, [row]; nil where one of them has no label.
  var judgements: [Double]? {
    var all: [Double] = []
    all.reserveCapacity(count)
    for row in indices {
      let goodness = goodness(row)
      guard !Self.isMissing(goodness) else { return nil }
      all.append(goodness)
    }
    return all
  }
}

extension Pipeline {
  func scoredCandidates(_ request: CandidatesRequest) throws(TareError) -> ScoredCandidates {
    var calibrations: [Calibration] = []
    for path in request.calibrations { calibrations.append(try Calibration.read(path)) }
    let names = calibrations.flatMap { $0.covariates.map(\.name) }
    try checkDeviations(request)
    let members = try members(
      request.source, covariates: names + (request.deviations.map { [$0] } ?? []))
    guard request.deviations == nil || members.count == 1 else {
      throw .usage(
        "standard deviations of scores: expected one model, found \(members.count) "
          + "(--combine mean-sd uses how models differ)")
    }
    guard calibrations.count <= 1 || calibrations.count == members.count else {
      throw .usage(
        "calibrations: expected one, or one for each of \(members.count) models, found \(calibrations.count)"
      )
    }
    let ensemble = try ensemble(request)
    let first = members[0]
    // Scores of one kind are combined.
    let takesCalibrated =
      calibrations.isEmpty && !request.isRaw && members.allSatisfy { $0.calibrated != nil }
    var texts: Conversations?
    var scores: [[Double]] = []
    var uncalibrated: [[Double]] = []
    let isCalibrated = takesCalibrated || !calibrations.isEmpty
    for (index, member) in members.enumerated() {
      // The first one's rows are where they are.
      let positions =
        index == 0
        ? nil : try first.responses.positions(in: member.responses, named: member.name)
      try agree(on: &texts, member, positions)
      let raw = member.responses.scores
      var own = takesCalibrated ? member.calibrated?.scores ?? raw : raw
      if let calibration = calibrations.count == 1
        ? calibrations[0] : calibrations.isEmpty ? nil : calibrations[index]
      {
        // One that was computed in another way is refused.
        let used = calibration.covariates.map(\.name)
        let table = try CalibrationTable(
          member.responses, covariates: member.covariates.filter { used.contains($0.name) })
        warn(ofApplied: calibration, to: member.covariates, table)
        own = try calibration.apply(to: table).calibrated
      }
      scores.append(normalised(own, of: member.responses, request, positions))
      if isCalibrated {
        uncalibrated.append(normalised(raw, of: member.responses, request, positions))
      }
    }
    let deviations = try request.deviations.map { (name) throws(TareError) in
      try first.deviations(name)
    }
    func bounds(_ scores: [Double]) -> [Double] {
      guard let deviations, request.lowerBound > 0 else { return scores }
      return zip(scores, deviations).map { $0 - request.lowerBound * $1 }
    }
    return ScoredCandidates(
      responses: first.responses, scores: bounds(ensemble.combined(scores)),
      uncalibrated: isCalibrated ? bounds(ensemble.combined(uncalibrated)) : nil,
      deviations: deviations, texts: texts, withoutTexts: first.withoutTexts,
      used: used(members, takesCalibrated, request) + combined(members, request),
      notes: (members.compactMap(\.note).first.map { [$0] } ?? [])
        + (first.responses.haveReferenceAnswers ? [Self.referenceNote] : []))
  }

  private static let referenceNote =
    "Labels are not used: they are the same for all responses to a prompt, as reference answers are."

  /// How the scores of several models are made one, in a sentence of its own.
  private func combined(_ members: [Member], _ request: CandidatesRequest) -> String {
    guard members.count > 1 else { return "" }
    let names = members.map(\.name)
    let shown = names.prefix(4).map { "'\($0)'" }.joined(separator: ", ")
    let way =
      switch request.combine ?? "mean" {
      case "min": "the least of"
      case "mean-sd": "the mean less deviations of"
      default: "the mean of"
      }
    return " They are \(way) \(names.count) models (\(shown)\(names.count > 4 ? ", …" : ""))"
      + (request.normalises
        ? ", normalised by prompt." : ", each on its own scale: --normalize brings them to one.")
  }

  private func checkDeviations(_ request: CandidatesRequest) throws(TareError) {
    guard request.lowerBound >= 0, request.lowerBound.isFinite else {
      throw .usage("--lower-bound: expected 0 or more, found \(request.lowerBound)")
    }
    guard request.deviations == nil || !request.normalises else {
      throw .usage(
        "--normalize gives scores another unit than their standard deviations have: expected one of "
          + "the two")
    }
  }

  /// Which scores count.
  private func used(
    _ members: [Member], _ takesCalibrated: Bool, _ request: CandidatesRequest
  ) -> String {
    let scores = usedScores(members, takesCalibrated, request)
    guard let column = request.deviations, request.lowerBound > 0 else { return scores }
    return scores + " They are lower bounds: \(request.lowerBound) × \(column) is taken off."
  }

  private func usedScores(
    _ members: [Member], _ takesCalibrated: Bool, _ request: CandidatesRequest
  ) -> String {
    if !request.calibrations.isEmpty {
      let names = request.calibrations.map { "'\($0)'" }.joined(separator: ", ")
      return "Scores are calibrated by the saved calibration \(names)."
    }
    guard !takesCalibrated else {
      let names = Set(members.compactMap(\.calibrated?.name)).sorted().joined(separator: ", ")
      return "Scores are calibrated: \(names); --raw uses the raw scores."
    }
    let names = Set(members.map(\.scores)).sorted().joined(separator: ", ")
    if members.contains(where: { $0.calibrated != nil }), !request.isRaw {
      return "Scores are raw (\(names)): not all models have calibrated scores."
    }
    return "Scores are raw (\(names))."
  }

  /// Takes a model's texts, or finds them to be those of the models before.
  private func agree(
    on texts: inout Conversations?, _ member: Member, _ positions: [Int]?
  ) throws(TareError) {
    guard let own = member.texts else { return }
    let placed = positions.map(own.taking) ?? own
    guard let known = texts else {
      texts = placed
      return
    }
    guard let row = placed.indices.first(where: { placed[$0] != known[$0] }) else { return }
    let response = member.responses[positions?[row] ?? row]
    throw .badData(
      place: member.name,
      found: "a different text for response \(response.index) of prompt '\(response.promptID)'",
      accepted: "the same texts for all models")
  }

  private func normalised(
    _ scores: [Double], of responses: ScoredResponses, _ request: CandidatesRequest,
    _ positions: [Int]?
  ) -> [Double] {
    let scores = request.normalises ? responses.normalisedByPrompt(scores) : scores
    return positions?.map { scores[$0] } ?? scores
  }

  private func ensemble(_ request: CandidatesRequest) throws(TareError) -> Ensemble {
    if let lambda = request.lambda {
      guard lambda >= 0, lambda.isFinite else {
        throw .usage("--lambda: expected 0 or more, found \(lambda)")
      }
      guard request.combine == "mean-sd" else {
        throw .usage("--lambda requires --combine mean-sd")
      }
    }
    switch request.combine ?? "mean" {
    case "mean": return .mean
    case "min": return .min
    case "mean-sd": return .meanLessDeviations(request.lambda ?? 1)
    case let other:
      throw .usage(
        "--combine: expected \(CandidatesRequest.combinations.joined(separator: ", ")), found \(other)"
      )
    }
  }
}

// MARK: - Sources

/// The scores of one model.
private struct Member {
  let name: String
  let responses: ScoredResponses
  let covariates: [Covariate]
  let texts: Conversations?
  var withoutTexts = "scores without texts"
  /// Where the scores stand.
  let scores: String
  /// Calibrated scores beside them, and what they are called; nil where there are none.
  let calibrated: (scores: [Double], name: String)?
  /// What was guessed of the rows.
  let note: String?

  /// - Throws: `TareError.badData` for a negative one.
  func deviations(_ column: String) throws(TareError) -> [Double] {
    guard let place = responses.covariateNames.firstIndex(of: column) else {
      throw .fault("\(name): the column '\(column)' was asked for and is not there")
    }
    let values = Array(responses.covariates[place])
    guard let row = values.firstIndex(where: { $0 < 0 || !$0.isFinite }) else { return values }
    throw .badData(
      place: "\(name), row \(row + 1), column '\(column)'", found: "\(values[row])",
      accepted: "a standard deviation of at least 0")
  }
}

extension Pipeline {
  private func members(
    _ source: CandidatesRequest.Source, covariates: [String]
  ) throws(TareError) -> [Member] {
    switch source {
    case .candidates(let request):
      let (store, run, _) = try scoredRun(request)
      return [try store.member(run, covariates, label: "none")]
    case .scores(let sources):
      var members: [Member] = []
      for source in sources { members += try self.members(of: source, covariates) }
      return members
    }
  }

  /// The models of a source; several in one file are an ensemble.
  private func members(
    of source: ScoreSource, _ covariates: [String]
  ) throws(TareError) -> [Member] {
    if case .run(let name, let path) = source.place {
      let store = try existingStore(path)
      return [try store.member(store.run(named: name), covariates, label: source.label)]
    }
    let read = try source.read(covariates: covariates)
    var members: [Member] = []
    for part in read.parts {
      var member = Member(
        name: part.name ?? read.table?.name ?? "", responses: part.responses,
        covariates: read.covariates, texts: try part.texts(in: nil), scores: part.scoreName,
        calibrated: source.score == nil ? try part.calibrated(in: nil) : nil,
        note: part.groupingNote)
      if case .table(let table) = part.origin, member.texts != nil {
        noticeUnusedText(table.textColumnsUnused, in: member.name)
      }
      if let table = read.table, table.hasResponsesAlone {
        member.withoutTexts = "responses without their prompts: there is no column 'prompt'"
      }
      members.append(member)
    }
    return members
  }
}

extension Store {
  fileprivate func member(
    _ run: Run, _ covariates: [String], label: String?
  ) throws(TareError) -> Member {
    let scores = try scores(of: run, covariates: covariates, label: label)
    let part = ScorePart(
      name: run.name, responses: scores.responses,
      origin: .run(run, items: scores.items))
    return Member(
      name: "run '\(run.name)'", responses: part.responses, covariates: scores.covariates,
      texts: try part.texts(in: self), scores: part.scoreName,
      calibrated: try part.calibrated(in: self), note: nil)
  }
}

extension ScorePart {
  fileprivate func calibrated(
    in store: Store?
  ) throws(TareError) -> (scores: [Double], name: String)? {
    try calibratedScores(in: store).map { ($0, calibratedName) }
  }

  /// Where the scores stand, for people.
  fileprivate var scoreName: String {
    switch origin {
    case .table(let table): "column '\(score ?? table.scoreColumn)'"
    case .run(let run, _): "run '\(run.name)'"
    }
  }
}
