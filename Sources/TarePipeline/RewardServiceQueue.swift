/// The texts that wait for a `RewardService`'s model, and the callers that wait for their scores.
internal import TareCore
internal import TareScoring

/// One caller's texts.
struct WaitingRequest {
  typealias Continuation = CheckedContinuation<Result<[Score], TareError>, Never>

  let texts: [TokenizedConversation]
  /// The first text that no pass has taken yet.
  var next = 0
  var scores: [Score?]
  var missing: Int
  let continuation: Continuation

  /// - Parameter texts: at least one.
  init(_ texts: [TokenizedConversation], _ continuation: Continuation) {
    self.texts = texts
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

  static let cancelled = TareError.interrupted("the request was cancelled")

  private var requests: [ID: WaitingRequest] = [:]
  /// Requests that have texts no pass has taken, in the order in which they are served next.
  private var turns: [ID] = []
  private var lastID: ID = 0
  /// Whether somebody takes passes; whoever gets `true` from `add` must.
  private var isRunning = false

  var waiting: Int { requests.values.reduce(0) { $0 + $1.texts.count - $1.next } }

  mutating func newID() -> ID {
    lastID += 1
    return lastID
  }

  /// - Returns: whether the caller must start taking passes.
  mutating func add(_ request: WaitingRequest, id: ID) -> Bool {
    requests[id] = request
    turns.append(id)
    defer { isRunning = true }
    return !isRunning
  }

  /// A text from each request in turn, as many as fit in `budget` tokens, or one longer text.
  /// - Returns: nil if nothing waits; the next `add` starts anew.
  mutating func nextPass(budget: Int) -> [Place]? {
    var pass: [Place] = []
    var tokens = 0
    var served = 0
    while served < turns.count {
      let id = turns[served]
      guard let request = requests[id] else {
        turns.remove(at: served)
        continue
      }
      let text = request.texts[request.next]
      guard pass.isEmpty || tokens + text.ids.count <= budget else { break }
      pass.append(Place(request: id, index: request.next, text: text))
      tokens += text.ids.count
      requests[id]?.next += 1
      if request.next + 1 == request.texts.count {
        turns.remove(at: served)
      } else {
        served += 1
      }
      if served >= turns.count { served = 0 }
    }
    turns = Array(turns[served...] + turns[..<served])
    isRunning = !pass.isEmpty
    return pass.isEmpty ? nil : pass
  }

  /// Takes in one text's result; the last one answers the request, the first failure too.
  mutating func finish(_ place: Place, _ result: Result<Score, TareError>) {
    // A request that was cancelled or has failed is not there any more.
    guard var request = requests.removeValue(forKey: place.request) else { return }
    switch result {
    case .failure(let error):
      request.continuation.resume(returning: .failure(error.inside("text \(place.index)")))
    case .success(let score):
      request.scores[place.index] = score
      request.missing -= 1
      if request.missing == 0 {
        request.continuation.resume(returning: .success(request.scores.compactMap { $0 }))
      } else {
        requests[place.request] = request
      }
    }
  }

  /// Drops a request with all its texts; one that is answered already stays so.
  mutating func cancel(_ id: ID) {
    guard let request = requests.removeValue(forKey: id) else { return }
    request.continuation.resume(returning: .failure(Self.cancelled))
  }
}
