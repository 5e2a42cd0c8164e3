/// Between requests and a model: many callers ask at once, one forward pass runs at a time.
internal import Dispatch
internal import Synchronization
package import TareCore
package import TareScoring

/// What a reward service scores with.
package protocol ServedModel: Sendable {
  /// What clients call it.
  var name: String { get }
  /// What its files say of its answers.
  var profile: ModelProfile { get }
  /// What those who keep its rewards shall know it by; nil where nobody can say.
  func servedName() async -> String?
  func tokenize(_ text: ServedText) throws(TareError) -> TokenizedConversation
  /// The response alone, in what a chat template has rendered: what stands after the prompt, if the text
  /// begins with it, or the last turn of the assistant; nil where there is none.
  func response(in rendered: String, after prompt: String?) -> String?
  /// The beginning of a plain text that has at most so many tokens.
  func beginning(of text: String, tokens count: Int) throws(TareError) -> String
  /// Scores in the order of `texts`, each the same whatever it is scored with.
  func score(_ texts: [TokenizedConversation]) throws(TareError) -> [Score]
  /// Whether the model computes what texts have in common at their starts once.
  var sharesPrefixes: Bool { get }
  /// Passes that may run at the same time, each on a thread of its own.
  var passesAtOnce: Int { get }
  /// Whether a text would be scored now.
  func isReady() async -> Bool
  /// The scores of texts that need no pass; nil unless that is all of them.
  func known(_ texts: [TokenizedConversation]) -> [Score]?
  /// The text that tokens stand for, and each token as the vocabulary spells it.
  func spell(_ ids: [Int32]) throws(TareError) -> (text: String, tokens: [String])
  /// What the model keeps of its answers, where it keeps any.
  var cacheCounts: CacheCounts? { get }
  /// What it has computed, and what it keeps of texts' beginnings; nil where that is unknown.
  var prefixCounts: PrefixCounts? { get }
}

/// A model on this machine runs one pass at a time, is ready when it is loaded, and keeps nothing.
extension ServedModel {
  package var profile: ModelProfile { ModelProfile() }
  package var sharesPrefixes: Bool { true }
  package func servedName() async -> String? { name }
  package var passesAtOnce: Int { 1 }
  package func isReady() async -> Bool { true }
  package func known(_ texts: [TokenizedConversation]) -> [Score]? { nil }
  package var cacheCounts: CacheCounts? { nil }
  package var prefixCounts: PrefixCounts? { nil }

  package func spell(_ ids: [Int32]) throws(TareError) -> (text: String, tokens: [String]) {
    throw .badData(
      place: "tokens", found: "\(ids.count) tokens", accepted: "none: this server has no tokenizer")
  }

  package func beginning(of text: String, tokens count: Int) throws(TareError) -> String {
    throw .badData(
      place: "truncation", found: "\(count) tokens per document",
      accepted: "whole documents, as this server has no tokenizer")
  }
}

/// How much a reward service takes on; no limit at first.
package struct ServiceLimits: Sendable {
  /// Texts that may wait; the texts of one request may be more where no other waits.
  package var waiting = Int.max
  /// How long a request waits for its rewards; nil for ever.
  package var patience: Duration?

  package init() {}
}

/// What a reward service has done.
package struct ServiceTotals: Sendable {
  /// Tokens of the texts that were scored.
  package var tokens = 0
  /// Those that were computed; the others were shared with another text's start.
  package var computed = 0
  /// Time that the model took.
  package var seconds = 0.0
  /// Texts that spell a control token themselves.
  package var controlTokens = 0
}

/// Scores rendered texts for callers that do not know of each other.
///
/// Texts that wait are packed into passes that compute up to `BatchPlan.rowBudget` tokens, one from
/// each caller in turn, so that a caller with one text does not wait for another's thousand. What
/// texts of a pass have in common at their starts, of whatever callers, is computed once. The model
/// runs on a thread of its own, or on as many as it has passes at once, never on those that serve
/// callers.
package final class RewardService: Sendable {
  package let model: any ServedModel
  /// What every answer goes through.
  package let calibration: ServedCalibration?
  /// What answers typed questions; nil where nothing does.
  package let decisions: DecisionService?
  private let limits: ServiceLimits
  private let queue: Mutex<RewardQueue>
  private let done = Mutex(ServiceTotals())
  /// A serial queue has a thread outside Swift's cooperative pool while it has work.
  private let threads: [DispatchQueue]

  package init(
    _ model: any ServedModel, calibration: ServedCalibration? = nil,
    limits: ServiceLimits = ServiceLimits(), decisions: DecisionService? = nil
  ) {
    self.model = model
    self.decisions = decisions
    self.calibration = calibration
    self.limits = limits
    queue = Mutex(
      RewardQueue(sharesPrefixes: model.sharesPrefixes, threads: model.passesAtOnce))
    threads = (0..<model.passesAtOnce).map { DispatchQueue(label: "tare-rewards-\($0)") }
  }

  /// Whether a text would be scored now.
  package func isReady() async -> Bool { await model.isReady() }

  /// How answers name what they went through; nil for nothing.
  package var calibrationName: String? {
    calibration?.name ?? decisions?.probabilities?.name
  }

  /// Tokens that one pass of the model computes.
  package static let passTokens = BatchPlan.rowBudget

  /// Texts that no pass has taken yet.
  package var waiting: Int { queue.withLock { $0.waiting } }

  package var totals: ServiceTotals { done.withLock { $0 } }

  /// Rewards in the order of the texts; none for none.
  ///
  /// - Throws: `TareError.badData` that names the text that cannot be scored, or whose response a
  ///   calibration needs and does not find; `TareError.busy` if too many texts wait;
  ///   `TareError.interrupted` if the task is cancelled or has waited too long: its texts that wait are
  ///   dropped.
  package func rewards(_ texts: [ServedText]) async throws(TareError) -> [Reward] {
    guard !texts.isEmpty else { return [] }
    let deadline = limits.patience.map { ContinuousClock.now + $0 }
    try queue.withLock { (queue) throws(TareError) in
      try queue.announce(texts.count, most: limits.waiting)
    }
    let tokenized: [TokenizedConversation]
    let responses: [String]
    do throws(TareError) {
      (tokenized, responses) = try await tokenize(texts)
    } catch {
      queue.withLock { $0.retract(texts.count) }
      throw error
    }
    let scores: [Score]
    if let known = model.known(tokenized) {
      queue.withLock { $0.retract(texts.count) }
      scores = known
    } else {
      scores = try await wait(for: tokenized, deadline).get()
    }
    let values =
      try calibration?.rewards(scores, responses: responses) ?? scores.map { Double($0.value) }
    let found = tokenized.count { $0.controlToken != nil }
    if found > 0 { done.withLock { $0.controlTokens += found } }
    return zip(zip(values, scores), tokenized).map {
      Reward(value: $0.0, score: $0.1, controlToken: $1.controlToken)
    }
  }

  /// The texts' tokens, and their responses where a calibration needs them.
  private func tokenize(
    _ texts: [ServedText]
  ) async throws(TareError) -> ([TokenizedConversation], [String]) {
    var tokenized: [TokenizedConversation] = []
    var responses: [String] = []
    tokenized.reserveCapacity(texts.count)
    for (index, text) in texts.enumerated() {
      do throws(TareError) {
        tokenized.append(try model.tokenize(text))
        if let calibration {
          let isNeeded = calibration.needsResponses
          responses.append(isNeeded ? try response(of: text, tokenized[index]) : "")
        }
      } catch {
        throw error.inside("text \(index)")
      }
      // A long request leaves its thread to others between texts.
      await Task.yield()
      guard !Task.isCancelled else { throw RewardQueue.cancelled }
    }
    return (tokenized, responses)
  }

  private func response(
    of text: ServedText, _ tokenized: TokenizedConversation
  ) throws(TareError) -> String {
    let found =
      switch text.form {
      case .conversation(let served): served.response
      case .tokens: model.response(in: tokenized.text, after: nil)
      case .rendered(let text, let prompt, _): model.response(in: text, after: prompt)
      case .pair(_, let document, _): document
      }
    guard let found else {
      throw .badData(
        place: "text", found: "no assistant turn",
        accepted: "an assistant turn as the model's chat template writes it, for the calibration")
    }
    return found
  }

  private func wait(
    for texts: [TokenizedConversation], _ deadline: ContinuousClock.Instant?
  ) async -> Result<[Score], TareError> {
    let id = queue.withLock { $0.newID() }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let (starts, watches) = change { queue in
          let starts = queue.add(WaitingRequest(texts, deadline: deadline, continuation), id: id)
          // Whoever cancelled before this found nothing to cancel.
          if Task.isCancelled { queue.cancel(id) }
          return (starts, deadline != nil && queue.watch())
        }
        if let starts { start(starts) }
        // One timer for all: a timer for each request would outlive it by the whole time.
        if watches { Task { await self.dropLateRequests() } }
      }
    } onCancel: {
      change { $0.cancel(id) }
    }
  }

  /// Changes the queue, then resumes the callers of requests that are done.
  ///
  /// Not under the queue's lock: resuming a task takes the task's own lock, which is held while a task
  /// is cancelled, and cancelling takes the queue's.
  private func change<Value: Sendable>(
    _ body: (inout RewardQueue) -> Value
  ) -> Value {
    let (value, answers) = queue.withLock { queue in (body(&queue), queue.takeAnswers()) }
    for answer in answers { answer.continuation.resume(returning: answer.result) }
    return value
  }

  private func dropLateRequests() async {
    while let next = change({ $0.dropLate(.now) }) {
      try? await Task.sleep(until: next, clock: .continuous)
    }
  }

  private func start(_ thread: Int) {
    threads[thread].async { self.runPasses(on: thread) }
  }

  /// Runs passes until nothing waits; another thread helps while something does.
  private func runPasses(on thread: Int) {
    while true {
      let (pass, another) = queue.withLock {
        ($0.nextPass(budget: BatchPlan.rowBudget, on: thread), $0.another())
      }
      if let another { start(another) }
      guard let pass else { return }
      let start = ContinuousClock.now
      let before = model.prefixCounts?.rows
      let results = results(of: pass.places)
      // One pass runs at a time where rows are counted.
      let rows = before.flatMap { before in model.prefixCounts.map { $0.rows - before } }
      done.withLock { done in
        done.tokens += pass.tokens
        done.computed += rows ?? pass.rows
        done.seconds += (.now - start) / .seconds(1)
      }
      change { queue in
        for (place, result) in zip(pass.places, results) { queue.finish(place, result) }
      }
    }
  }

  /// A text that fails must not fail the texts of other callers: then each runs alone; but nothing is
  /// gained by it where the model cannot be reached.
  private func results(of pass: [RewardQueue.Place]) -> [Result<Score, TareError>] {
    do throws(TareError) {
      return try model.score(pass.map(\.text)).map { .success($0) }
    } catch {
      var isUnreachable = false
      if case .unreachable = error { isUnreachable = true }
      guard pass.count > 1, !isUnreachable else { return pass.map { _ in .failure(error) } }
      return pass.flatMap { results(of: [$0]) }
    }
  }
}
