/// Which of several engines gets the next request: the least busy one that is not left alone for having
/// failed, and none more than its share.
internal import Synchronization

final class RemotePool: Sendable {
  private struct Place {
    var running = 0
    /// Requests so far; of equally busy engines the one that had fewer is next.
    var served = 0
    /// Failures since the last reply.
    var failures = 0
    /// When it failed last, and until when it is left alone.
    var failedAt: ContinuousClock.Instant?
    var aside: ContinuousClock.Instant?
  }

  private enum Step {
    case take(Int)
    /// All engines are left alone until then.
    case sleep(until: ContinuousClock.Instant)
    /// All that are not are busy: one of them will be given back.
    case wait
  }

  private struct State {
    var places: [Place]
    var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
    var lastWaiter = 0

    func step(_ options: RemoteOptions) -> Step {
      let now = ContinuousClock.now
      let ready = places.indices.filter { places[$0].aside.map { $0 <= now } ?? true }
      let free = ready.filter { places[$0].running < options.concurrency }
      let next = free.min {
        (places[$0].running, places[$0].served) < (places[$1].running, places[$1].served)
      }
      if let next { return .take(next) }
      guard ready.isEmpty else { return .wait }
      return .sleep(until: places.compactMap(\.aside).min() ?? now)
    }
  }

  private let options: RemoteOptions
  private let state: Mutex<State>

  init(count: Int, _ options: RemoteOptions) {
    self.options = options
    state = Mutex(State(places: Array(repeating: Place(), count: count)))
  }

  /// The engine that the next request goes to, once there is one; it must be given back.
  /// - Throws: `CancellationError` if the task is cancelled.
  func take() async throws(CancellationError) -> Int {
    while !Task.isCancelled {
      let step = state.withLock { state in
        let step = state.step(options)
        if case .take(let index) = step {
          state.places[index].running += 1
          state.places[index].served += 1
        }
        return step
      }
      switch step {
      case .take(let index): return index
      case .sleep(let until): try? await Task.sleep(until: until)
      case .wait: await waitForOne()
      }
    }
    throw CancellationError()
  }

  /// Waits until an engine is given back, or the task is cancelled.
  private func waitForOne() async {
    let id = state.withLock { state in
      state.lastWaiter += 1
      return state.lastWaiter
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let mustWait = state.withLock { state in
          // One may have been given back, and the task cancelled, before this.
          guard case .wait = state.step(options), !Task.isCancelled else { return false }
          state.waiters[id] = continuation
          return true
        }
        if !mustWait { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
    }
  }

  /// The engine has answered, whatever it said.
  func answered(_ index: Int) {
    giveBack(index) { place in
      place.failures = 0
      place.aside = nil
    }
  }

  /// The task no longer wants an answer.
  func abandoned(_ index: Int) { giveBack(index) { _ in } }

  /// The engine is left alone for a while, twice as long as the last time, and at least for `wish`.
  ///
  /// - Parameter began: when the request was sent; of requests that fail together one counts.
  /// - Returns: whether this one counts.
  func failed(_ index: Int, began: ContinuousClock.Instant, wish: Duration?) -> Bool {
    var isNew = true
    giveBack(index) { place in
      isNew = place.failedAt.map { $0 < began } ?? true
      if isNew { place.failures += 1 }
      let now = ContinuousClock.now
      if isNew { place.failedAt = now }
      var pause = options.firstPause
      for _ in 1..<max(place.failures, 1) where pause < options.longestPause { pause *= 2 }
      let end = now + max(min(pause, options.longestPause), wish ?? .zero)
      if isNew || wish != nil { place.aside = max(place.aside ?? end, end) }
    }
    return isNew
  }

  private func giveBack(_ index: Int, _ change: (inout Place) -> Void) {
    let waiters = state.withLock { state in
      state.places[index].running -= 1
      change(&state.places[index])
      defer { state.waiters = [:] }
      return state.waiters.sorted { $0.key < $1.key }
    }
    // All look again: whether it is one of them depends on more than this engine.
    for (_, waiter) in waiters { waiter.resume() }
  }
}
