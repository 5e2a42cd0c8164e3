/// What rows of answers say of whoever gave them: someone who is here, or what a run's record keeps.
internal import TareCore
internal import TareScoring
internal import TareStore

struct DecisionRecord: Sendable {
  let name: String
  /// Whether all questions of a request were in one prompt.
  let isJoint: Bool
  /// What the scores of choices were divided by.
  let choiceTemperature: Double
  /// nil where answers are read from a store alone.
  let source: DecisionSource?

  init(_ source: DecisionSource) {
    self.source = source
    name = source.name
    isJoint = source.isJoint
    choiceTemperature = source.choiceTemperature
  }

  init(of run: Run) {
    source = nil
    name = run.scorer.modelName
    isJoint = run.settings["joint"] == .bool(true)
    choiceTemperature = run.settings["temperature"]?.double ?? 1
  }

  /// What a run keeps of it.
  func add(to settings: inout JSONObject) {
    if isJoint { settings["joint"] = true }
    if choiceTemperature != 1 { settings["temperature"] = .double(choiceTemperature) }
  }

  func prepared(_ request: DecisionRequest) -> DecisionRequest {
    source?.prepared(request) ?? request
  }
}

extension Pipeline {
  /// The rows of a run of typed questions, with its answers; nil for another run.
  /// - Throws: `TareError.badData` for a run whose record is damaged.
  func decidedRows(of run: Run, in store: Store) throws(TareError) -> [JSONObject]? {
    let record = DecisionRecord(of: run)
    var rows: [JSONObject] = []
    switch run.settings["kind"]?.string {
    case "decide":
      let questions = try run.settings["questions"]?.string.map { (text) throws(TareError) in
        try DecisionRequest.questions(JSONValue(parsing: text))
      }
      let outcome = DecideOutcome(
        rows: 0, asked: 0, computed: 0, missing: 0, tokens: 0, computedTokens: 0, seconds: 0,
        destination: nil, store: store, run: run, source: record, questions: questions,
        rubric: nil, rewards: [], dialect: nil, isKept: true, refused: [:])
      try outcome.forEachRow { rows.append($0) }
    case "pairs":
      let text = run.settings["question"]?.string ?? ""
      let question = try DecisionQuestion(named: "better", JSONValue(parsing: text))
      let (positions, opponents) = try pairPositions(of: run, in: store)
      let outcome = PairOutcome(
        positions: positions, responses: 0, computed: 0, tokens: 0, seconds: 0, destination: nil,
        store: store, run: run, source: record, judging: PairJudging(question: question),
        isKept: true, opponents: opponents)
      try outcome.forEachRow { rows.append($0) }
    default: return nil
    }
    return rows
  }
}
