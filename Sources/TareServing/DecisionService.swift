/// Between requests of typed questions and a model: many callers ask at once, one pass runs at a time.
internal import Dispatch
internal import Synchronization
package import TareCore
package import TareScoring

/// The answers to a request, in the order of its questions.
package struct ServedDecisions: Sendable {
  package let answers: [DecisionAnswer]
  /// Tokens of the prompts.
  package let inputTokens: Int
}

/// Answers requests of callers that do not know of each other.
///
/// Requests that wait are answered together, up to `BatchPlan.rowBudget` tokens: what their prompts have
/// in common is computed once, and an answer has the same bits whatever it is computed with. The model
/// runs on a thread of its own.
package final class DecisionService: Sendable {
  package let model: DecisionModel
  /// What clients call it.
  package var name: String { model.name }
  /// What every answer goes through; nil for none.
  package let probabilities: ServedProbabilities?
  private let limits: ServiceLimits
  private let state = Mutex(State())
  private let thread = DispatchQueue(label: "tare-decisions")

  private struct State {
    var waiting: [Waiting] = []
    var isRunning = false
    var nextID = 0
  }

  private struct Waiting {
    let id: Int
    let reads: [DecisionRead]
    let deadline: ContinuousClock.Instant?
    let continuation: CheckedContinuation<Result<[DecisionReading], TareError>, Never>
  }

  package init(
    _ model: DecisionModel, probabilities: ServedProbabilities? = nil,
    limits: ServiceLimits = ServiceLimits()
  ) {
    self.model = model
    self.probabilities = probabilities
    self.limits = limits
  }

  /// Questions that no pass has taken yet.
  package var waiting: Int { state.withLock { $0.waiting.reduce(0) { $0 + $1.reads.count } } }

  /// - Throws: `TareError.badData` that names the question which cannot be answered; `TareError.busy` if
  ///   too many wait; `TareError.interrupted` if the task is cancelled or has waited too long.
  package func answers(
    _ request: DecisionRequest, _ form: DecisionForm = .transformers
  ) async throws(TareError) -> ServedDecisions {
    let request = model.prepared(request)
    try probabilities?.check(request.questions)
    let prompts = try model.prompts(request, form)
    let reads = try model.reads(prompts).sorted { $0.question < $1.question }
    guard waiting + reads.count <= limits.waiting || waiting == 0 else {
      throw .busy("queue full (\(waiting) questions waiting, limit \(limits.waiting)); retry later")
    }
    let readings = try await wait(for: reads).get()
    let raw = zip(request.questions, readings).map { DecisionAnswer($0, $1) }
    return ServedDecisions(
      answers: try probabilities?.answers(raw) ?? raw,
      inputTokens: prompts.reduce(0) { $0 + $1.ids.count })
  }

  private func wait(for reads: [DecisionRead]) async -> Result<[DecisionReading], TareError> {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    let deadline = limits.patience.map { ContinuousClock.now + $0 }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let starts = state.withLock { state in
          state.waiting.append(
            Waiting(id: id, reads: reads, deadline: deadline, continuation: continuation))
          defer { state.isRunning = true }
          return !state.isRunning
        }
        if starts { thread.async { self.runPasses() } }
        // Whoever cancelled before this found nothing to cancel.
        if Task.isCancelled { cancel(id) }
      }
    } onCancel: {
      cancel(id)
    }
  }

  private func cancel(_ id: Int) {
    let found = state.withLock { state in
      state.waiting.firstIndex { $0.id == id }.map { state.waiting.remove(at: $0) }
    }
    found?.continuation.resume(returning: .failure(.interrupted("the request was cancelled")))
  }

  private func runPasses() {
    while let pass = nextPass() {
      let late = pass.filter { $0.deadline.map { $0 < .now } ?? false }
      for request in late {
        request.continuation.resume(
          returning: .failure(.interrupted("the request has waited too long; retry later")))
      }
      let rest = pass.filter { request in !late.contains { $0.id == request.id } }
      for (request, result) in zip(rest, results(of: rest)) {
        request.continuation.resume(returning: result)
      }
    }
  }

  /// nil when nothing waits: the next request starts the passes again.
  private func nextPass() -> [Waiting]? {
    state.withLock { state in
      guard !state.waiting.isEmpty else {
        state.isRunning = false
        return nil
      }
      var tokens = 0
      let count = state.waiting.prefix { request in
        defer { tokens += request.reads.reduce(0) { $0 + $1.ids.count } }
        return tokens == 0 || tokens < BatchPlan.rowBudget
      }.count
      let pass = Array(state.waiting.prefix(count))
      state.waiting.removeFirst(count)
      return pass
    }
  }

  /// A request that fails must not fail those of other callers: then each runs alone.
  private func results(of pass: [Waiting]) -> [Result<[DecisionReading], TareError>] {
    do throws(TareError) {
      var readings = try model.answers(pass.flatMap(\.reads))[...]
      return pass.map { request in
        defer { readings = readings.dropFirst(request.reads.count) }
        return .success(Array(readings.prefix(request.reads.count)))
      }
    } catch {
      guard pass.count > 1 else { return pass.map { _ in .failure(error) } }
      return pass.flatMap { results(of: [$0]) }
    }
  }
}
