/// Stage 1 and 2: conversations become scores, and scores go into the store.
package import TareCore
package import TareScoring
package import TareStore
internal import TareTokenizers

/// What a scoring run did.
package struct ScoreSummary: Sendable {
  package let run: Run
  /// Responses of the run; all have scores now.
  package let responses: Int
  /// Responses that have the tokens of none before them.
  package let distinct: Int
  /// Responses whose score was computed in this call.
  package let computed: Int
  /// Responses whose text was cut to fit.
  package let truncated: Int
  /// Responses whose text was seen in this call and goes on after its last step token.
  package let unreadSteps: Int
  package let tokens: Int
  /// Tokens that were computed; the others were shared with another text's start.
  package let rows: Int
  package let seconds: Double
  /// What stands in the texts that can change how the model reads them.
  package let findings: InputFindings
}

extension Store {
  /// Scores rows under a run's name. Texts that the store knows the score of, from this run or any
  /// other with the same model, head, precision and read rule, are not scored again.
  ///
  /// Texts are tokenised ahead and scores stored behind, each on a thread of its own, while the
  /// model runs. A batch is stored before the one after the next begins, so a run that is stopped or
  /// killed goes on where it was, to the same bits.
  /// - Parameter columns: the names that the rows' columns were given, for the run's record.
  /// - Throws: `TareError.badData` with the row if a conversation cannot be scored;
  ///   `TareError.interrupted` if the observer asks to stop.
  package func score(
    _ rows: some Sequence<CandidateSet>, as name: String, with model: some ScoringModel,
    _ options: ScoringOptions, columns: JSONObject = [:],
    observer: StageObserver = StageObserver()
  ) throws(TareError) -> ScoreSummary {
    let scorer = model.scorer(options)
    var settings = options.settings
    if !columns.isEmpty { settings["columns"] = JSONValue.object(columns).sorted }
    let run = try createOrResumeRun(
      named: name, scorer: scorer, templateDate: options.date.text,
      settings: settings)
    var findings = InputFindings(options)
    try addItems(rows, to: run) { findings.add($0, model.text, options) }

    let before = try summary(of: run)
    var runner = BatchRunner(
      work: "scored", total: before.items, isKept: isKept, sharesPrefixes: model.sharesPrefixes,
      observer: observer)
    runner.skip(before.scored)
    let pages = TokenizedPages(
      self, run, model.text, options, sharesPrefixes: model.sharesPrefixes, model.check)
    defer { pages.close() }
    let counts = model.prefixCounts
    let claims = WorkClaims(of: scorer, in: self)
    defer { claims.end() }
    var duplicates = 0
    var unreadSteps = 0
    try runner.run(atOnce: model.batchesAtOnce) { () throws(TareError) in
      let batch = try pages.next()
      duplicates += batch?.duplicates ?? 0
      unreadSteps += batch?.unreadSteps ?? 0
      return batch?.conversations
    } take: { (digests) throws(TareError) in
      try claims.take(digests)
    } compute: { batch, finish in
      model.score(batch, finish)
    } keep: { (batch, scores) throws(TareError) in
      let named = zip(batch, scores).map { ($0.digest, StoredScore($1)) }
      try self.insert(scores: Dictionary(uniqueKeysWithValues: named), by: scorer)
    }
    runner.skip(duplicates)
    try finish(run)
    // Prefixes that were kept from batch to batch are not in the batches' own numbers.
    let computedRows = model.prefixCounts.map { $0.rows - (counts?.rows ?? 0) }
    return ScoreSummary(
      run: try self.run(named: name), responses: try summary(of: run).items,
      distinct: try distinctTexts(of: run), computed: runner.computed,
      truncated: try truncatedTexts(of: run),
      unreadSteps: unreadSteps, tokens: runner.tokens,
      rows: computedRows ?? runner.rows, seconds: runner.seconds,
      findings: findings)
  }
}

extension Store {
  /// Whether the store outlives the process.
  var isKept: Bool { path != ":memory:" }
}

extension JSONValue {
  /// The value with members by name: the same for objects that differ in their order alone.
  fileprivate var sorted: JSONValue {
    switch self {
    case .array(let elements): return .array(elements.map(\.sorted))
    case .object(let object):
      var sorted: JSONObject = [:]
      for (key, value) in object.members.sorted(by: { $0.key < $1.key }) {
        sorted[key] = value.sorted
      }
      return .object(sorted)
    default: return self
    }
  }
}

extension ScoringOptions {
  /// What else decides a conversation's tokens, for the run's record.
  var settings: JSONObject {
    var settings: JSONObject = [
      "bos": .string(bos.rawValue), "truncation": .string(truncation.rawValue),
    ]
    if tokenRules != .five { settings["tokens"] = .string(tokenRules.rawValue) }
    settings["step_separator"] = stepSeparator.map { .string($0) }
    settings["max_tokens"] = maxTokens.map { .int($0) }
    settings["system"] = system.map { .string($0) }
    if !variables.isEmpty { settings["template_kwargs"] = JSONValue.object(variables).sorted }
    if sanitizesControlTokens { settings["sanitize_control_tokens"] = true }
    return settings
  }
}
