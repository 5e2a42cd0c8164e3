/// `tare decide`: rows and typed questions in, probabilities of the options out.
internal import Foundation
package import TareCore
internal import TareFormats
internal import TareRemote
internal import TareScoring
internal import TareStore
internal import TareTemplates

extension Pipeline {
  package func decide(_ request: DecideRequest) throws(TareError) -> DecideOutcome {
    try checkStore(request)
    let dialect = try request.dialect.map { (name) throws(TareError) in
      try choice(name, "--dialect", DecisionDialect.self)
    }
    let rubric = try request.questions.map { (path) throws(TareError) in try RubricFile(path) }
    let weights = try request.weights.map { (path) throws(TareError) in try Self.weights(path) }
    if rubric == nil, weights != nil || request.reward != nil {
      throw .usage("--weights and --reward require --questions")
    }
    let reward = try rubric?.reward(request.reward, weights: weights)
    let rows = try decisionRows(request)
    let made = [reward?.json, rubric?.json].compactMap(\.self).map { $0.text() }
    let (store, run, source) = try opened(
      request, rule: made.joined(separator: "\n"),
      record: Self.record(rubric, reward, averagesOrders: request.averagesOrders))
    do throws(TareError) {
      return try decide(
        request, rows, in: store, run, source,
        (rubric, reward, try rubric?.rewards(weights) ?? []),
        dialect)
    } catch {
      throw request.inputs.count == 1 && !source.isNamed(in: error)
        ? error.inside(request.inputs[0]) : error
    }
  }

  private func decide(
    _ request: DecideRequest, _ rows: some Sequence<CandidateSet>, in store: Store, _ run: Run,
    _ source: DecisionSource,
    _ scoring: (rubric: RubricFile?, reward: DecisionReward?, rewards: [DecisionReward]),
    _ dialect: DecisionDialect?
  ) throws(TareError) -> DecideOutcome {
    try store.addItems(rows, to: run)
    let stage = DecideStage(
      source: source, store: store, run: run, rubric: scoring.rubric, reward: scoring.reward,
      leavesOut: request.policy.leavesOut, averagesOrders: request.averagesOrders,
      observer: observer)
    var summary = DecideStage.Summary()
    try stage.run(&summary)
    return DecideOutcome(
      rows: summary.rows, asked: summary.asked, computed: summary.computed,
      missing: summary.missing,
      tokens: summary.tokens,
      computedTokens: summary.computedTokens, seconds: summary.seconds,
      destination: request.store.map { "\($0), run '\(run.name)'" }, store: store, run: run,
      source: DecisionRecord(source), questions: scoring.rubric?.questions, rubric: scoring.rubric,
      rewards: scoring.rewards, dialect: dialect,
      isKept: request.store != nil, refused: summary.refused)
  }

  func checkStore(_ request: DecideRequest) throws(TareError) {
    guard (request.store == nil) == (request.run == nil) else {
      throw .usage("--store and --run must be given together: a store keeps runs by name")
    }
    guard request.run?.isEmpty != true else {
      throw .usage("--run: expected a name, found nothing")
    }
  }

  /// The store, the run and the model of a request.
  ///
  /// - Parameters:
  ///   - rule: what decides rewards besides the answers.
  ///   - record: what else decides the run.
  func opened(
    _ request: DecideRequest, rule: String, record: JSONObject
  ) throws(TareError) -> (Store, Run, DecisionSource) {
    let store: Store
    if let path = request.store { store = try Store(path: path) } else { store = try .temporary() }
    let name = request.run ?? "decide"
    let before = try store.runs().map(\.run).first { $0.name == name }
    let source = try source(of: request, date: before?.templateDate)
    var scorer = source.scorer
    scorer.readRule = "decision;\(Digest(of: rule).description.prefix(16))"
    let date = try request.settings.decisionDate(before?.templateDate).text
    var settings = record
    DecisionRecord(source).add(to: &settings)
    let run = try store.createOrResumeRun(
      named: name, scorer: scorer, templateDate: date, settings: settings)
    return (store, run, source)
  }

  /// Who answers a request.
  ///
  /// - Parameter date: that the run's templates are told; nil for a new one's.
  func source(of request: DecideRequest, date: String?) throws(TareError) -> DecisionSource {
    if let settings = request.engine {
      let engine = try settings.engine()
      let name = try waiting { () throws(TareError) in try await engine.model() }
      return .engine(engine, name)
    }
    if request.comparesPairs,
      let model = try request.settings.pairModel(request.pairForm, run: date)
    {
      guard request.questions == nil else {
        throw .usage("--questions: \(model.name) compares two responses and is asked no question")
      }
      warn(of: model.text)
      return .pairs(model)
    }
    let model = try request.settings.decisionModel(run: date)
    warn(of: model.text)
    for remark in request.settings.remarks(model.text) { observer.notice(remark) }
    return .model(model)
  }

  /// The rows of the inputs: conversations, or states.
  func decisionRows(_ request: DecideRequest) throws(TareError) -> [CandidateSet] {
    var rows: [CandidateSet] = []
    var others: [String] = []
    for input in request.inputs {
      // Standard input can be read once.
      let file = try InputFile(input)
      guard request.format == nil, let states = try StateRow.rows(file) else {
        guard request.questions != nil || request.comparesPairs else {
          throw .badData(
            place: file.name, found: "rows without state and questions",
            accepted: "requests, or a rubric (--questions) for rows of another kind")
        }
        let more = try readCandidateSets(
          file.bytes, name: file.name, format: request.format,
          columns: ColumnMapping(command: request.columns), badRows: request.policy.badRows)
        noticeUnusedText(more.unusedTextColumns, in: file.name)
        rows += Array(more)
        others.append(file.name)
        continue
      }
      rows += states.map(\.candidates)
    }
    guard !rows.isEmpty else {
      throw .badData(
        place: request.inputs.joined(separator: ", "), found: "no rows", accepted: "rows")
    }
    return rows
  }

  static func weights(_ path: String) throws(TareError) -> JSONObject {
    let file = try InputFile(path)
    do throws(TareError) {
      let value = try JSONValue(parsing: file.bytes)
      guard let object = value.object else {
        throw .badData(place: "", found: value.kindName, accepted: "an object of weights")
      }
      return object
    } catch {
      throw error.inside(file.name)
    }
  }

  /// What decides the run's answers and rewards, for its record.
  private static func record(
    _ rubric: RubricFile?, _ reward: DecisionReward?, averagesOrders: Bool
  ) -> JSONObject {
    var record = JSONObject()
    record["kind"] = "decide"
    // As text: the order of options counts, and a record has its members by name.
    if let rubric { record["questions"] = .string(rubric.json.text()) }
    if let reward { record["reward"] = reward.json }
    if averagesOrders { record["orders"] = "cyclic" }
    return record
  }

  /// The prompts of the rows, one object a row: what the model reads, and where.
  package func decisionPrompts(_ request: DecideRequest) throws(TareError) -> [JSONObject] {
    let rubric = try request.questions.map { (path) throws(TareError) in try RubricFile(path) }
    let model = try request.settings.decisionModel()
    var lines: [JSONObject] = []
    for (number, set) in try decisionRows(request).enumerated() {
      for candidate in set.responses {
        do throws(TareError) {
          let asked = model.prepared(try RunItem.request(set, candidate, rubric?.questions))
          let prompts = try model.prompts(asked)
          lines.append([
            "id": .string(set.id), "prompts": .array(prompts.map { $0.json(of: asked) }),
          ])
        } catch {
          guard request.policy.leavesOut else { throw error.inside("row \(number + 1)") }
          lines.append(["id": .string(set.id), "error": .string(error.description)])
        }
      }
    }
    return lines
  }
}

extension DecisionPrompt {
  fileprivate func json(of request: DecisionRequest) -> JSONValue {
    [
      "questions": .array(questions.map { .string(request.questions[$0].name) }),
      "text": .string(text), "ids": .array(ids.map { .int(Int($0)) }),
      "marks": .array(marks.map { .int($0) }),
    ]
  }
}
