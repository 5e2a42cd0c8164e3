/// The texts that wait for a `RewardService`'s model, and the callers that wait for their scores.
internal import TareCore
internal import TareScoring

/// One caller's texts.
struct WaitingRequest {
  typealias Continuation = CheckedContinuation<Result<[Score], TareError>, Never>

  let texts: [TokenizedConversation]
  /// When the caller waits no longer.
  let deadline: ContinuousClock.Instant?
  /// The first text that no pass has taken yet.
  var next = 0
  var scores: [Score?]
  var missing: Int
  let continuation: Continuation

  /// - Parameter texts: at least one.
  init(
    _ texts: [TokenizedConversation], deadline: ContinuousClock.Instant?,
    _ continuation: Continuation
  ) {
    self.texts = texts
    self.deadline = deadline
    scores = Array(repeating: nil, count: texts.count)
    missing = texts.count
    self.continuation = continuation
  }
}

struct RewardQueue {
  typealias ID = Int

  /// A text in a pass, and where its score goes.
  struct Place {
    let request: ID
    let index: Int
    let text: TokenizedConversation
  }

  /// Texts that run together.
  struct Pass {
    var places: [Place] = []
    var tokens = 0
    /// Tokens less what the texts have in common at their starts, which is computed once.
    var rows = 0
  }

  static let cancelled = TareError.interrupted("the request was cancelled")

  /// Whether what texts have in common is computed once.
  private let sharesPrefixes: Bool

  /// A request's result, for the caller to resume.
  struct Answer {
    let continuation: WaitingRequest.Continuation
    let result: Result<[Score], TareError>
  }

  private var requests: [ID: WaitingRequest] = [:]
  /// Requests that are done with.
  private var answers: [Answer] = []
  /// Requests that have texts no pass has taken, in the order in which they are served next.
  private var turns: [ID] = []
  private var lastID: ID = 0
  /// Threads that take no passes; whoever gets one must let it.
  private var idle: [Int]
  /// Whether somebody calls `dropLate`.
  private var isWatched = false
  /// Texts of requests that are being tokenised.
  private var announced = 0

  init(sharesPrefixes: Bool, threads: Int) {
    self.sharesPrefixes = sharesPrefixes
    idle = Array((0..<threads).reversed())
  }

  /// Texts that no pass has taken yet.
  var waiting: Int { requests.values.reduce(0) { $0 + $1.texts.count - $1.next } }

  /// Takes on as many texts, which `add` or `retract` must follow; an empty queue takes any number.
  ///
  /// - Throws: `TareError.busy` if more than `most` texts would wait.
  mutating func announce(_ count: Int, most: Int) throws(TareError) {
    let waiting = waiting + announced
    guard waiting == 0 || waiting + count <= most else {
      throw .busy(
        "queue full (\(waiting) waiting, limit \(most)); retry later")
    }
    announced += count
  }

  /// Texts that were announced do not come.
  mutating func retract(_ count: Int) { announced -= count }

  mutating func newID() -> ID {
    lastID += 1
    return lastID
  }

  /// - Returns: the thread that must start taking passes; nil if all do.
  mutating func add(_ request: WaitingRequest, id: ID) -> Int? {
    announced -= request.texts.count
    requests[id] = request
    turns.append(id)
    return idle.popLast()
  }

  /// A thread that must start taking passes, as there is more than those that do have taken.
  mutating func another() -> Int? { turns.isEmpty ? nil : idle.popLast() }

  /// A text from each request in turn, as many as fit in `budget` rows, or one longer text.
  /// - Returns: nil if nothing waits: the thread is idle then.
  mutating func nextPass(budget: Int, on thread: Int) -> Pass? {
    var pass = Pass()
    var starts = PrefixSet()
    var served = 0
    while served < turns.count {
      let id = turns[served]
      guard let request = requests[id] else {
        turns.remove(at: served)
        continue
      }
      let text = request.texts[request.next]
      let shared = sharesPrefixes ? starts.longestShared(text.ids) : (count: 0, place: 0)
      let rows = sharesPrefixes ? text.ids.count - shared.count : text.size
      guard
        pass.places.isEmpty
          || pass.rows + rows <= budget
            && pass.tokens + text.size <= BatchPlan.stretch * budget
      else { break }
      if sharesPrefixes { starts.insert(text.ids, at: shared.place) }
      pass.places.append(Place(request: id, index: request.next, text: text))
      pass.tokens += text.size
      pass.rows += rows
      requests[id]?.next += 1
      if request.next + 1 == request.texts.count {
        turns.remove(at: served)
      } else {
        served += 1
      }
      if served >= turns.count { served = 0 }
    }
    turns = Array(turns[served...] + turns[..<served])
    if pass.places.isEmpty { idle.append(thread) }
    return pass.places.isEmpty ? nil : pass
  }

  /// Takes in one text's result; the last one answers the request, the first failure too.
  mutating func finish(_ place: Place, _ result: Result<Score, TareError>) {
    // A request that was cancelled or has failed is not there any more.
    guard var request = requests.removeValue(forKey: place.request) else { return }
    switch result {
    case .failure(let error):
      answer(request, .failure(error.inside("text \(place.index)")))
    case .success(let score):
      request.scores[place.index] = score
      request.missing -= 1
      if request.missing == 0 {
        answer(request, .success(request.scores.compactMap { $0 }))
      } else {
        requests[place.request] = request
      }
    }
  }

  /// Drops a request with all its texts; one that is answered already stays so.
  mutating func cancel(_ id: ID, _ error: TareError = Self.cancelled) {
    guard let request = requests.removeValue(forKey: id) else { return }
    answer(request, .failure(error))
  }

  private mutating func answer(
    _ request: WaitingRequest, _ result: Result<[Score], TareError>
  ) {
    answers.append(Answer(continuation: request.continuation, result: result))
  }

  /// What has been answered since the last call.
  mutating func takeAnswers() -> [Answer] {
    defer { answers = [] }
    return answers
  }

  /// Drops the requests that have waited long enough.
  /// - Returns: when the next will have; nil if none ever will.
  mutating func dropLate(_ now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
    let deadlines = requests.compactMapValues(\.deadline)
    for (id, deadline) in deadlines where deadline <= now {
      cancel(id, .interrupted("the request has waited too long; retry later"))
    }
    let next = deadlines.values.filter { $0 > now }.min()
    isWatched = next != nil
    return next
  }

  /// - Returns: whether the caller must begin to call `dropLate`, until that gives nil.
  mutating func watch() -> Bool {
    defer { isWatched = true }
    return !isWatched
  }
}
