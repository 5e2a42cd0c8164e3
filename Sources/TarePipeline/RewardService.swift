/// Between requests and a model: many callers ask at once, one forward pass runs at a time.
internal import Dispatch
internal import Synchronization
package import TareCore
package import TareScoring

/// What a reward service scores with.
package protocol ServedModel: Sendable {
  /// What clients call it.
  var name: String { get }
  func tokenize(_ text: ServedText) throws(TareError) -> TokenizedConversation
  /// The response alone, in what a chat template has rendered: what stands after the prompt, if the text
  /// begins with it, or the last turn of the assistant; nil where there is none.
  func response(in rendered: String, after prompt: String?) -> String?
  /// Scores in the order of `texts`, each the same whatever it is scored with.
  func score(_ texts: [TokenizedConversation]) throws(TareError) -> [Score]
}

/// Scores rendered texts for callers that do not know of each other.
///
/// Texts that wait are packed into passes of up to `BatchPlan.rowBudget` tokens, one from each
/// caller in turn, so that a caller with one text does not wait for another's thousand. The model
/// runs on a thread of its own, never on those that serve callers.
package final class RewardService: Sendable {
  package let model: any ServedModel
  /// What every answer goes through.
  package let calibration: ServedCalibration?
  private let queue = Mutex(RewardQueue())
  /// A serial queue has a thread outside Swift's cooperative pool while it has work.
  private let thread = DispatchQueue(label: "tare-rewards")

  package init(_ model: any ServedModel, calibration: ServedCalibration? = nil) {
    self.model = model
    self.calibration = calibration
  }

  /// Texts that no pass has taken yet.
  package var waiting: Int { queue.withLock { $0.waiting } }

  /// Rewards in the order of the texts; none for none.
  ///
  /// - Throws: `TareError.badData` that names the text that cannot be scored, or whose response a
  ///   calibration needs and does not find; `TareError.interrupted` if the task is cancelled: its texts
  ///   that wait are dropped.
  package func rewards(_ texts: [ServedText]) async throws(TareError) -> [Reward] {
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
    guard !tokenized.isEmpty else { return [] }
    let scores = try await wait(for: tokenized).get()
    guard let calibration else {
      return scores.map { Reward(value: Double($0.value), score: $0) }
    }
    let values = try calibration.rewards(scores, responses: responses)
    return zip(values, scores).map { Reward(value: $0, score: $1) }
  }

  private func response(
    of text: ServedText, _ tokenized: TokenizedConversation
  ) throws(TareError) -> String {
    let found =
      switch text {
      case .conversation(let conversation): conversation.response
      case .tokens: model.response(in: tokenized.text, after: nil)
      case .rendered(let text, let prompt, _): model.response(in: text, after: prompt)
      }
    guard let found else {
      throw .badData(
        place: "text", found: "no turn of the assistant as the model's chat template writes it",
        accepted: "such a turn, whose response the calibration measures")
    }
    return found
  }

  private func wait(for texts: [TokenizedConversation]) async -> Result<[Score], TareError> {
    let id = queue.withLock { $0.newID() }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let starts = queue.withLock { queue in
          // Whoever cancelled before this found nothing to cancel.
          guard !Task.isCancelled else {
            continuation.resume(returning: .failure(RewardQueue.cancelled))
            return false
          }
          return queue.add(WaitingRequest(texts, continuation), id: id)
        }
        if starts { thread.async { self.runPasses() } }
      }
    } onCancel: {
      queue.withLock { $0.cancel(id) }
    }
  }

  /// Runs passes until nothing waits.
  private func runPasses() {
    while let pass = queue.withLock({ $0.nextPass(budget: BatchPlan.rowBudget) }) {
      let results = results(of: pass)
      queue.withLock { queue in
        for (place, result) in zip(pass, results) { queue.finish(place, result) }
      }
    }
  }

  /// A text that fails must not fail the texts of other callers: then each runs alone.
  private func results(of pass: [RewardQueue.Place]) -> [Result<Score, TareError>] {
    do throws(TareError) {
      return try model.score(pass.map(\.text)).map { .success($0) }
    } catch {
      guard pass.count > 1 else { return pass.map { _ in .failure(error) } }
      return pass.flatMap { results(of: [$0]) }
    }
  }
}
