/// One question of one request, as it is asked: of a model here, or of servers elsewhere.
internal import TareCore
internal import TareRemote
internal import TareScoring
internal import TareStore

enum DecisionAsk: Sendable {
  case read(DecisionRead)
  case remote(RemoteAsk)

  /// What its answer is kept under.
  var digest: Digest {
    switch self {
    case .read(let read): read.digest
    case .remote(let ask): ask.digest
    }
  }

  /// Where the question stands in its request.
  var question: Int {
    switch self {
    case .read(let read): read.question
    case .remote(let ask): ask.question
    }
  }

  /// What the scores were divided by; servers apply their own.
  var temperature: Float {
    if case .read(let read) = self { return read.temperature }
    return 1
  }

  /// The ask of a shifted question as one of the question itself.
  func turned(by count: Int) -> DecisionAsk {
    switch self {
    case .read(let read): return .read(read.turned(by: count))
    case .remote(var ask):
      ask.turn = count
      return .remote(ask)
    }
  }
}

/// A question among those that are sent with it: whether a server reads them together is not known, so
/// that an answer is kept as one of the whole request.
struct RemoteAsk: Sendable {
  let request: DecisionRequest
  /// Of state and questions.
  let requestDigest: Digest
  /// In `request`, and in what it is a part of.
  let place: Int
  let question: Int
  /// How far the options were moved up.
  var turn = 0

  var digest: Digest { Digest(of: "remote \(requestDigest) \(place) \(turn)") }

  /// A reply's reading, with the options in the order of the question that was not shifted.
  func stored(_ reply: RemoteDecisions) -> StoredDecision? {
    guard let reading = reply.readings[place] else { return nil }
    var stored = StoredDecision(reading)
    for option in reading.scores.indices {
      let own = (option + turn) % reading.scores.count
      stored.scores[own] = reading.scores[option]
      stored.probabilities[own] = reading.probabilities[option]
    }
    // Tokens are counted for a whole request.
    stored.tokens = place == 0 ? reply.inputTokens : 0
    return stored
  }
}

extension DecisionRequest {
  /// What is sent, a part of at most so many questions at a time.
  func remoteAsks(atOnce most: Int) -> [RemoteAsk] {
    var asks: [RemoteAsk] = []
    for start in stride(from: 0, to: questions.count, by: most) {
      let part = DecisionRequest(
        state: state, questions: Array(questions[start..<min(start + most, questions.count)]))
      let names = part.questions.map { JSONValue.array([.string($0.name), $0.json]) }
      let digest = Digest(of: JSONValue.array([state, .array(names)]).text())
      asks += part.questions.indices.map {
        RemoteAsk(request: part, requestDigest: digest, place: $0, question: start + $0)
      }
    }
    return asks
  }
}
