/// A judge at work on a run: what it is asked, what the store knows of it, and what is still to be asked.
internal import TareCore
internal import TareRemote
internal import TareScoring
internal import TareStore

/// How many tokens a call has used, and may use, and requests.
private struct JudgeBudget: Sendable {
  let maxRequests: Int?
  let maxTokens: Int?
  var promptTokens = 0
  var answerTokens = 0

  /// Why nothing more is asked; nil where something may be.
  func end(requests: Int) -> String? {
    if let maxRequests, requests >= maxRequests {
      return "the limit of \(maxRequests) requests is reached"
    }
    if let maxTokens, promptTokens + answerTokens >= maxTokens {
      return "the limit of \(maxTokens) tokens is reached"
    }
    return nil
  }
}

struct JudgeWork {
  let engine: JudgeEngine
  let model: String
  let asker: JudgeAsker
  let options: ChatOptions
  let samples: Int
  let store: Store
  let run: Run
  let observer: StageObserver
  private var budget: JudgeBudget
  /// Requests that were begun.
  private var begun = 0
  private(set) var asked = 0
  /// Answers that the store had, and requests that are the same as one before.
  private(set) var known = 0
  private(set) var repeated = 0
  /// Requests that a server refused, by key: not kept, so that they are asked again another time.
  private(set) var refused: [JudgeAnswerKey: TareError] = [:]
  /// Why the work ended before its end.
  private(set) var stopped: String?
  private let start = ContinuousClock.now

  /// Requests that are looked up together.
  private static let pageSize = 512
  /// Refusals without one answer after which the server is taken to refuse all.
  private static let mostRefusals = 8

  init(
    _ engine: JudgeEngine, model: String, _ asker: JudgeAsker, _ options: ChatOptions,
    _ settings: JudgeSettings, store: Store, run: Run, observer: StageObserver
  ) {
    self.engine = engine
    self.model = model
    self.asker = asker
    self.options = options
    samples = settings.samples
    self.store = store
    self.run = run
    self.observer = observer
    budget = JudgeBudget(maxRequests: settings.maxRequests, maxTokens: settings.maxTokens)
  }

  var promptTokens: Int { budget.promptTokens }
  var answerTokens: Int { budget.answerTokens }
  /// Requests of this work, those that failed among them.
  var sent: Int { engine.sent }
  var seconds: Double { (ContinuousClock.now - start) / .seconds(1) }

  /// A request's body, and the key of its first sample.
  func request(_ question: JudgeQuestion) -> (body: JSONObject, key: JudgeAnswerKey) {
    let body = engine.wire.request(question.messages, model: model, options)
    let request = JudgeAnswerKey.digest(of: body, engine.wire.key)
    return (body, JudgeAnswerKey(request: request, sample: 0))
  }

  // MARK: - Asking

  private struct Request: Sendable {
    let key: JudgeAnswerKey
    let body: JSONObject
  }

  private struct Reply: Sendable {
    let key: JudgeAnswerKey
    let result: Result<JSONValue, TareError>
  }

  /// Asks what the store does not know.
  ///
  /// - Parameter total: all requests.
  /// - Throws: `TareError.unreachable` if no server answers; `TareError.badData` if the server refuses
  ///   everything it is asked. What was answered before is kept.
  mutating func ask(_ rows: some Sequence<CandidateSet>, total: Int) throws(TareError) {
    var page: [Request] = []
    var seen: Set<JudgeAnswerKey> = []
    for row in rows {
      for question in try asker.questions(row) {
        let (body, key) = request(question)
        for sample in 0..<samples {
          var request = Request(key: key, body: body)
          if sample > 0 { request = self.sample(sample, of: request) }
          if seen.insert(request.key).inserted { page.append(request) } else { repeated += 1 }
        }
      }
      guard page.count >= Self.pageSize else { continue }
      try ask(page, total: total)
      page = []
      guard stopped == nil else { return }
    }
    if stopped == nil { try ask(page, total: total) }
    if asked == 0, known == 0, let error = refused.values.first { throw error }
  }

  /// Another sample differs in its number and its seed.
  private func sample(_ sample: Int, of request: Request) -> Request {
    var body = request.body
    if body["seed"] != nil { body["seed"] = .int(options.seed &+ sample) }
    return Request(key: JudgeAnswerKey(request: request.key.request, sample: sample), body: body)
  }

  private mutating func ask(_ page: [Request], total: Int) throws(TareError) {
    let stored = try store.judgeAnswers(page.map(\.key))
    try store.note(judgeAnswers: stored.keys, of: run)
    known += stored.count
    let missing = page.filter { stored[$0.key] == nil }
    guard !missing.isEmpty else { return report(total) }
    // It has room for all, so that nobody waits to put a reply there.
    let replies = BoundedQueue<Reply>(capacity: engine.capacity)
    var next = 0
    var running = 0
    var failure: TareError?
    while true {
      while running < engine.capacity, next < missing.count, failure == nil, mayGoOn() {
        let request = missing[next]
        next += 1
        running += 1
        begun += 1
        Task { [engine] in
          do throws(TareError) {
            let reply = try await engine.reply(to: request.body)
            _ = replies.push(Reply(key: request.key, result: .success(reply)))
          } catch {
            _ = replies.push(Reply(key: request.key, result: .failure(error)))
          }
        }
      }
      guard running > 0, let reply = replies.pop() else { break }
      running -= 1
      do throws(TareError) {
        try take(reply)
      } catch {
        failure = failure ?? error
      }
      report(total)
    }
    if let failure { throw failure }
  }

  /// Whether another request may be sent.
  private mutating func mayGoOn() -> Bool {
    guard stopped == nil else { return false }
    if observer.shouldStop() {
      stopped = "stopped"
    } else {
      stopped = budget.end(requests: max(begun, sent))
    }
    return stopped == nil
  }

  private mutating func take(_ answered: Reply) throws(TareError) {
    let reply: JSONValue
    do throws(TareError) {
      reply = try answered.result.get()
    } catch {
      switch error {
      // No request is left of those that are allowed.
      case .interrupted(let reason): stopped = stopped ?? reason
      // One request too long is no reason to lose the others.
      case .badData where asked > 0 || known > 0 || refused.count < Self.mostRefusals:
        refused[answered.key] = error
      default: throw error
      }
      return
    }
    let answer: ChatAnswer
    do throws(TareError) {
      answer = try engine.wire.answer(in: reply)
    } catch {
      throw .unreachable("\(error.inside(engine.urls.joined(separator: ", ")))")
    }
    budget.promptTokens += answer.promptTokens ?? 0
    budget.answerTokens += answer.completionTokens ?? 0
    asked += 1
    try store.insert(judgeAnswer: engine.wire.kept(reply), answered.key, of: run)
  }

  private func report(_ total: Int) {
    observer.report(
      StageProgress(
        work: "judged", done: min(known + repeated + asked + refused.count, total), computed: asked,
        total: total, tokens: 0, seconds: seconds))
  }

  // MARK: - Reading

  /// The row's questions with the answers that there are.
  func judged(_ row: CandidateSet) throws(TareError) -> (JudgedRow, [JudgeAnswerKey]) {
    let questions = try asker.questions(row)
    let keys = questions.map { question in
      let first = request(question).key
      return (0..<samples).map { JudgeAnswerKey(request: first.request, sample: $0) }
    }
    let stored = try store.judgeAnswers(keys.joined())
    let judged = try zip(questions, keys).map { (question, keys) throws(TareError) in
      JudgedQuestion(
        question: question,
        answers: try keys.map { (key) throws(TareError) in
          guard let reply = stored[key] else {
            return .failure(JudgeFailure(refused[key] == nil ? .notAsked : .refused))
          }
          return JudgeReading.read(
            try engine.wire.answer(in: reply), asker.template.pattern, question.choices)
        })
    }
    return (JudgedRow(judged, responses: row.responses.count), Array(keys.joined()))
  }
}
