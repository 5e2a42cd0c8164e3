/// Who answers typed questions: a model of this process, or servers elsewhere.
internal import TareCore
internal import TareRemote
internal import TareScoring
internal import TareStore

enum DecisionSource: Sendable {
  case model(DecisionModel)
  case engine(DecisionEngine, ServedModelName)

  /// What became of asks.
  struct Answered {
    var found: [Digest: StoredDecision] = [:]
    /// Why servers refused an ask, or declined to answer it.
    var refused: [Digest: TareError] = [:]
    /// What ended the work before all was asked.
    var failure: TareError?
    /// Tokens of the prompts, and of those that were computed.
    var tokens = 0
    var computedTokens = 0

    /// - Throws: what ended the work, or the first refusal.
    func check(_ digests: some Sequence<Digest>) throws(TareError) {
      if let failure { throw failure }
      for digest in digests { if let error = refused[digest] { throw error } }
    }
  }

  /// For people.
  var name: String {
    switch self {
    case .model(let model): model.name
    case .engine(_, let name): name.id
    }
  }

  /// Who answers, as the store keeps it.
  var scorer: Scorer {
    switch self {
    case .model(let model): model.decisionScorer
    case .engine(let engine, let name):
      Scorer(
        modelDigest: Digest(of: "decisions \(engine.wire.key) \(name.whole)"),
        modelName: name.id, precision: "remote", readRule: "decision")
    }
  }

  /// Whether all questions of a request are in one prompt.
  var isJoint: Bool {
    if case .model(let model) = self { return model.isJoint }
    return false
  }

  /// What the scores of choices are divided by.
  var choiceTemperature: Double {
    if case .model(let model) = self { return model.settings.temperatures[.choice] ?? 1 }
    return 1
  }

  /// Rows that are asked together: enough that no server waits.
  var pageSize: Int {
    if case .engine(let engine, _) = self { return max(32, 2 * engine.capacity) }
    return 32
  }

  func isNamed(in error: TareError) -> Bool {
    switch self {
    case .model(let model): model.text.isNamed(in: error)
    case .engine(let engine, _): engine.urls.contains { error.description.contains($0) }
    }
  }

  /// Why a rubric's question may have no answer.
  var whyMissing: String {
    if case .model = self { return "their prompts do not fit into the model's context" }
    return "the server declined to answer them"
  }

  func prepared(_ request: DecisionRequest) -> DecisionRequest {
    if case .model(let model) = self { return model.prepared(request) }
    return request
  }

  /// What is asked for a request's questions, one for each, but not in their order.
  /// - Throws: `TareError.badData` that names a question which cannot be asked.
  func asks(_ request: DecisionRequest) throws(TareError) -> [DecisionAsk] {
    switch self {
    case .model(let model):
      return try model.reads(model.prompts(request)).map { .read($0) }
    case .engine(let engine, _):
      try engine.check(request)
      return request.remoteAsks(atOnce: DecisionEngine.mostQuestions).map { .remote($0) }
    }
  }

  /// - Throws: what a model of this process cannot do; for servers the result says it.
  func answers(_ asks: [DecisionAsk]) throws(TareError) -> Answered {
    switch self {
    case .model(let model):
      return try Self.answers(
        asks.compactMap { if case .read(let read) = $0 { read } else { nil } },
        model)
    case .engine(let engine, let name):
      return try Self.answers(
        asks.compactMap { if case .remote(let ask) = $0 { ask } else { nil } }, engine, name)
    }
  }

  private static func answers(
    _ reads: [DecisionRead], _ model: DecisionModel
  ) throws(TareError) -> Answered {
    var answered = Answered()
    for (read, reading) in zip(reads, try model.answers(reads)) {
      answered.found[read.digest] = StoredDecision(reading)
    }
    let sequences = Array(Set(reads.flatMap(\.sequences)))
    answered.tokens = sequences.reduce(0) { $0 + $1.count }
    answered.computedTokens = BatchPlan.rows(sequences, sharesPrefixes: model.sharesPrefixes)
    return answered
  }

  private static func answers(
    _ asks: [RemoteAsk], _ engine: DecisionEngine, _ name: ServedModelName
  ) throws(TareError) -> Answered {
    var requests: [DecisionRequest] = []
    var places: [Digest: Int] = [:]
    for ask in asks where places[ask.requestDigest] == nil {
      places[ask.requestDigest] = requests.count
      requests.append(ask.request)
    }
    let sent = requests
    let results = try waiting { () throws(TareError) in
      await engine.answers(sent, model: name.id)
    }
    var answered = Answered()
    for ask in asks {
      guard let place = places[ask.requestDigest] else { continue }
      switch results[place] {
      case .success(let reply):
        if let stored = ask.stored(reply) {
          answered.found[ask.digest] = stored
          answered.tokens += stored.tokens
        } else {
          let question = ask.request.questions[ask.place].name
          answered.refused[ask.digest] = .badData(
            place: "question '\(question)'", found: "a refusal by \(name.id)", accepted: "an answer"
          )
        }
      case .failure(let error):
        if error.exitCode == 65 {
          answered.refused[ask.digest] = error
        } else {
          answered.failure = answered.failure ?? error
        }
      }
    }
    answered.computedTokens = answered.tokens
    return answered
  }

  /// Whether a question can be asked with other labels: servers have their own.
  func takesOtherLabels(_ question: DecisionQuestion) -> Bool {
    if case .model(let model) = self { return model.takesOtherLabels(question) }
    return false
  }

  /// The answers to requests, of each in the order of its questions.
  /// - Throws: also where a server refuses one.
  func readings(
    _ forms: [(request: DecisionRequest, form: DecisionForm)]
  ) throws(TareError) -> [[DecisionReading]] {
    if case .model(let model) = self { return try model.answers(forms) }
    let requests = forms.map(\.request)
    let asks = try requests.map { (request) throws(TareError) in try self.asks(request) }
    let answered = try answers(asks.flatMap(\.self))
    try answered.check(asks.joined().map(\.digest))
    return asks.map { own in
      own.sorted { $0.question < $1.question }.compactMap { answered.found[$0.digest]?.reading }
    }
  }
}
