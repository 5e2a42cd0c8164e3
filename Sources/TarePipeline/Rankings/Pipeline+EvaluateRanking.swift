/// `tare evaluate --against-ranking`: the order of policies by mean score beside rankings from elsewhere.
package import TareCore
internal import TareEvaluation
internal import TareFormats

extension Pipeline {
  /// - Throws: `TareError.badData` with fewer than three policies that a ranking has.
  package func evaluateRanking(_ request: RankingRequest) throws(TareError) -> RankingOutcome {
    let bootstrap = try Bootstrap(resamples: request.bootstrap, seed: request.seed)
    let rankings = try request.rankings.map { (path) throws(TareError) in
      try request.ranking(path)
    }
    let translations = try request.translations()
    let policies = try request.policies()
    let scores = PolicyScores(policies.rows)
    let compared = try rankings.map { (ranking) throws(TareError) in
      try Self.compare(scores, with: ranking, translations, bootstrap)
    }
    return RankingOutcome(
      scores: scores, areDuels: policies.areDuels, compared: compared, notes: policies.notes)
  }

  /// Three are the least of which an order can be more or less right.
  private static let fewest = 3

  private static func compare(
    _ scores: PolicyScores, with ranking: NamedRanking, _ translations: [String: String],
    _ bootstrap: Bootstrap
  ) throws(TareError) -> RankingOutcome.Compared {
    let matches = try ranking.matches(
      scores.policies.map(\.name), translations: translations)
    guard matches.policies.count >= fewest else {
      throw .badData(
        place: ranking.name,
        found: "\(matches.policies.count) of the models of the scores ("
          + "\(list(scores.policies.map(\.name))))",
        accepted: "at least \(fewest) names that both have; translate them with a table of names")
    }
    do throws(TareError) {
      return RankingOutcome.Compared(
        ranking: ranking, matches: matches,
        comparison: try RankingComparison(
          scores.taking(matches.policies), values: matches.values, bootstrap: bootstrap))
    } catch {
      throw error.inside(ranking.name)
    }
  }
}

extension RankingRequest {
  fileprivate struct Policies {
    var rows: [PolicyScores.Rows] = []
    /// Whether scores are preferences to a baseline's answer.
    var areDuels = false
    var notes: [String] = []
  }

  fileprivate func policies() throws(TareError) -> Policies {
    var policies = Policies()
    var duels = 0
    var withoutCalibrated: [String] = []
    for (source, name) in zip(sources, sources.names) {
      let read = try parts(of: source)
      for part in read.parts {
        let calibrated = try part.calibratedScores(in: read.store)
        if calibrated == nil { withoutCalibrated.append(part.name ?? name) }
        let rows = try Self.rows(part, part.name ?? name, calibrated)
        duels += rows.isDuel ? 1 : 0
        policies.rows.append(rows.rows)
        if let note = part.groupingNote, !policies.notes.contains(note) {
          policies.notes.append(note)
        }
      }
    }
    var names: Set<ExactText> = []
    for rows in policies.rows where !names.insert(ExactText(rows.name)).inserted {
      throw .badData(
        place: "the scores", found: "model '\(rows.name)' twice", accepted: "each model once")
    }
    policies.areDuels = duels > 0
    guard duels == 0 || duels == policies.rows.count else {
      throw .badData(
        place: "the scores", found: "preferences to a baseline's answer beside other scores",
        accepted: "scores of one kind")
    }
    if !withoutCalibrated.isEmpty, withoutCalibrated.count < policies.rows.count {
      policies.notes.append(
        "calibrated scores are not compared: \(list(withoutCalibrated)) "
          + "\(withoutCalibrated.count == 1 ? "has" : "have") none")
    }
    return policies
  }

  /// By the column that names policies, where none was named.
  private func parts(of source: ScoreSource) throws(TareError) -> ScoreParts {
    var source = source
    source.allowsMissingLabels = true
    try source.readPipe()
    let read = try source.read(covariates: [])
    guard source.by == nil, read.parts.count == 1, let table = read.table,
      let column = EstimateRequest.usualColumns.first(where: table.has)
    else { return read }
    source.by = column
    return try source.read(covariates: [])
  }

  /// What AlpacaEval's layout marks its two responses by.
  private static let duelMark = "preference"

  private static func rows(
    _ part: ScorePart, _ name: String, _ calibrated: [Double]?
  ) throws(TareError) -> (rows: PolicyScores.Rows, isDuel: Bool) {
    let responses = part.responses
    try responses.requireFiniteScores()
    let prompts = responses.indices.map { row in
      // A prompt of two subsets is two.
      [responses.sections?[row], responses.subsets?[row], responses.prompts[row]]
        .map { $0 ?? "" }.joined(separator: "\u{0}")
    }
    guard responses.covariate(duelMark)?.allSatisfy({ $0 == 1 }) == true else {
      let rows = PolicyScores.Rows(
        name: name, prompts: prompts, raw: responses.scores, calibrated: calibrated)
      return (rows, false)
    }
    /// The preference: half of 1 more than by how much the answer scores above the baseline's.
    func duels(_ scores: [Double]) -> [Double] {
      responses.indices.map { row in
        responses.positions[row] == 0 ? -scores[row] / 2 : (1 + scores[row]) / 2
      }
    }
    // One number a prompt: the two rows are added up, and each counts once.
    let merged = merged(prompts, [duels(responses.scores)] + (calibrated.map { [duels($0)] } ?? []))
    return (
      PolicyScores.Rows(
        name: name, prompts: merged.prompts, raw: merged.sums[0],
        calibrated: merged.sums.count > 1 ? merged.sums[1] : nil), true
    )
  }

  /// Columns added up by prompt, prompts in the order of their first rows.
  private static func merged(
    _ prompts: [String], _ columns: [[Double]]
  ) -> (prompts: [String], sums: [[Double]]) {
    var places: [ExactText: Int] = [:]
    var names: [String] = []
    let ofRow = prompts.map { prompt in
      let place = places[ExactText(prompt)] ?? names.count
      if place == names.count {
        places[ExactText(prompt)] = place
        names.append(prompt)
      }
      return place
    }
    let sums = columns.map { values in
      var sums = [Double](repeating: 0, count: names.count)
      for (row, value) in values.enumerated() { sums[ofRow[row]] += value }
      return sums
    }
    return (names, sums)
  }
}
