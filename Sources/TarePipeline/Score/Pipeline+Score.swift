/// `tare score`: conversations in, a score for each response out.
package import TareCore
internal import TareFormats
internal import TareScoring
internal import TareStore

package struct ScoreRequest: Sendable {
  /// Files of conversations, pairs or candidates; "-" is standard input.
  package var inputs: [String]
  /// A key of the file formats; nil to recognise them by content.
  package var format: String?
  /// Other names for the files' columns, as `--columns` has them.
  package var columns: [String] = []
  /// What happens to rows that cannot be taken.
  package var policy = RowPolicy()
  package var settings: ScoringSettings
  /// Where scores are kept, under the run's name; nil keeps them until they are written.
  package var store: String?
  package var run: String?

  package init(inputs: [String], settings: ScoringSettings) {
    self.inputs = inputs
    self.settings = settings
  }
}

/// What `score` did.
package struct ScoreOutcome: Sendable {
  package let responses: Int
  /// Responses that were computed now.
  package let computed: Int
  /// Responses that repeat the text of one before them, and need no score of their own.
  package let repeated: Int
  package let truncated: Int
  package let tokens: Int
  /// Tokens that were computed; the others were shared with another text's start.
  package let computedTokens: Int
  package let seconds: Double
  package let findings: InputFindings
  /// Run and store, where there is one.
  package let destination: String?
  fileprivate let store: Store
  fileprivate let run: Run

  /// Hands over a line for each response, in input order, as it is read from the store.
  package func forEachRow(
    _ body: (JSONObject) throws(TareError) -> Void
  ) throws(TareError) {
    try store.forEachExportRow(of: run, body)
  }

  /// The summary.
  ///
  /// - Parameter withScores: whether it has the rows of `forEachRow` as its member `scores`.
  package func json(withScores: Bool = false) throws(TareError) -> JSONValue {
    var object: JSONObject = [
      "responses": .int(responses), "computed": .int(computed),
      "repeated": .int(repeated), "truncated": .int(truncated),
      "tokens": .int(tokens), "computed_tokens": .int(computedTokens),
      "shared_tokens": .int(tokens - computedTokens), "seconds": .double(seconds),
    ]
    for (key, value) in findings.members { object[key] = value }
    if withScores {
      var scores: [JSONValue] = []
      try forEachRow { scores.append(.object($0)) }
      object["scores"] = .array(scores)
    }
    return .object(object)
  }

  /// In words, a sentence a line.
  package var text: String {
    let whole = "\(responses) responses"
    var lines: [String] = []
    if computed == 0 {
      lines.append("nothing to score: the store has the scores of all \(whole)")
    } else {
      let rate = seconds > 0 ? Int((Double(tokens) / seconds).rounded()) : 0
      lines.append(
        "scored \(computed) of \(whole): \(tokens) tokens, \(rate) tokens/s"
          + (tokens > computedTokens
            ? ", \(tokens - computedTokens) tokens in shared prefixes not computed again" : "")
          + others)
    }
    if truncated > 0 { lines.append("\(truncated) inputs were truncated to fit the model") }
    if let destination { lines.append("kept in \(destination)") }
    return lines.joined(separator: "\n")
  }

  /// Where the scores of the responses that were not computed are from.
  private var others: String {
    let known = responses - computed - repeated
    let parts = [(repeated, "repeated within the input"), (known, "already in the store")]
    return parts.filter { $0.0 > 0 }.map { "; \($0.0) \($0.1)" }.joined()
  }
}

extension Pipeline {
  package func score(_ request: ScoreRequest) throws(TareError) -> ScoreOutcome {
    let (store, run, summary) = try scoredRun(request)
    return ScoreOutcome(
      responses: summary.responses, computed: summary.computed,
      repeated: summary.responses - max(summary.distinct, summary.computed),
      truncated: summary.truncated, tokens: summary.tokens, computedTokens: summary.rows,
      seconds: summary.seconds, findings: summary.findings,
      destination: request.store.map { "\($0), run '\(run.name)'" }, store: store, run: run)
  }

  /// Scores the request's rows in its store, or in one that is gone afterwards.
  func scoredRun(
    _ request: ScoreRequest
  ) throws(TareError) -> (store: Store, run: Run, summary: ScoreSummary) {
    guard (request.store == nil) == (request.run == nil) else {
      throw .usage("--store and --run must be given together: a store keeps runs by name")
    }
    guard request.run?.isEmpty != true else {
      throw .usage("--run: expected a name, found nothing")
    }
    guard request.store != ":memory:" else {
      throw .usage(
        "--store: expected a file, found :memory:, which keeps nothing (leave out --store and --run)"
      )
    }
    let columns = try ColumnMapping(command: request.columns)
    let rows = try readRows(
      request.inputs, format: request.format, columns, request.policy, noticesUnusedText: false)
    if let note = rows.tieNote { observer.notice(note) }
    let (store, summary) = try scored(rows, columns, request)
    return (store, summary.run, summary)
  }

  /// The rows of files of conversations, pairs or candidates; a prompt's id is one file's.
  ///
  /// - Parameter noticesUnusedText: false for who tells of it once the model is known.
  func readRows(
    _ inputs: [String], format: String?, _ columns: ColumnMapping,
    _ policy: RowPolicy = RowPolicy(), noticesUnusedText: Bool = true
  ) throws(TareError) -> CandidateSets {
    var rows = CandidateSets()
    for input in inputs {
      let file = try InputFile(input)
      let more = try readCandidateSets(
        file.bytes, name: file.name, format: format, columns: columns, badRows: policy.badRows)
      if noticesUnusedText { noticeUnusedText(more.unusedTextColumns, in: file.name) }
      // Ids, those made up for rows without one above all, are unique in their own file only.
      try rows.append(more, from: file.name)
    }
    return rows
  }

  /// Tells of columns that look like text and that no model sees.
  func noticeUnusedText(_ names: [String], in file: String) {
    let columns = names.map { "'\($0)'" }
    guard let last = columns.last else { return }
    let names = columns.dropLast().joined(separator: ", ")
    observer.notice(
      columns.count == 1
        ? "\(file): column \(last) looks like text and is not part of the scored input"
        : "\(file): columns \(names) and \(last) look like text and are not part of the scored "
          + "input")
  }

  private func scored(
    _ rows: CandidateSets, _ columns: ColumnMapping, _ request: ScoreRequest
  ) throws(TareError) -> (Store, ScoreSummary) {
    let settings = request.settings
    let name = request.run ?? "score"
    func openStore() throws(TareError) -> Store {
      guard let path = request.store else { return try .temporary() }
      return try Store(path: path)
    }
    func run(in store: Store) throws(TareError) -> Run? {
      try store.runs().map(\.run).first { $0.name == name }
    }
    func score(
      in store: Store, with model: some ScoringModel, _ options: ScoringOptions
    ) throws(TareError) -> (Store, ScoreSummary) {
      for (file, columns) in rows.unusedTextOfFiles {
        noticeUnusedText(columns.filter { $0 != model.text.referenceVariable }, in: file)
      }
      do throws(TareError) {
        var rows = try rows.joiningSteps(for: model.text, options)
        if request.policy.badRows.skips {
          try rows.leaveOut(request.policy.badRows) { (set) throws(TareError) in
            try set.check(model, options)
          }
        }
        let summary = try store.score(
          rows, as: name, with: model, options, columns: columns.json, observer: observer)
        warn(ofUnreadSteps: summary.unreadSteps, of: summary.responses)
        if options.readRule.readsSteps, summary.truncated > 0 {
          observer.notice(
            "\(summary.truncated) of \(summary.responses) responses were truncated and may have lost "
              + "steps, so that step labels no longer match (--truncate error refuses such inputs)"
          )
        }
        return (store, summary)
      } catch {
        throw request.inputs.count == 1 && !model.text.isNamed(in: error)
          ? error.inside(request.inputs[0]) : error
      }
    }
    if let engine = settings.engine {
      let text = try settings.textAlone()
      warn(of: text)
      let met = try EngineModel(
        engine, text: text, settings, isKept: request.store != nil, notice: observer.notice)
      let store = try openStore()
      let model = try EngineModel(met, settings, run: run(in: store), in: store)
      let result = try score(in: store, with: model, model.options)
      if let remark = model.remark { observer.notice(remark) }
      return result
    }
    let text = try settings.textModel()
    warn(of: text)
    let model = try settings.rewardModel(text)
    for remark in settings.remarks(text) { observer.notice(remark) }
    let store = try openStore()
    return try score(in: store, with: model, settings.options(model, run: run(in: store)))
  }
}
