/// How a request is sent until there is an answer: to another engine, or again to the same after a pause.
internal import Synchronization
internal import TareCore

/// The engines that requests go to, and which of them is next.
final class RemoteAttempts: Sendable {
  let connections: [RemoteConnection]
  private let options: RemoteOptions
  private let pool: RemotePool
  private let requests = Mutex(0)

  init(_ connections: [RemoteConnection], _ options: RemoteOptions) {
    self.connections = connections
    self.options = options
    pool = RemotePool(count: connections.count, options)
  }

  /// Requests that were sent so far, those that failed among them.
  var sent: Int { requests.withLock { $0 } }

  /// - Parameters:
  ///   - isCounted: whether the request is one of those of which there may be so many.
  ///   - addresses: where requests go, for messages.
  ///   - answered: told of the engine that has answered, whatever it said.
  ///   - lost: told of the engine that has not, why, and whether this is the first of several requests
  ///     that failed together.
  ///   - request: sends one to the engine of that number.
  /// - Throws: `TareError.unreachable` if no engine answers in all attempts and as long as options say;
  ///   `TareError.interrupted` if the task is cancelled, or no request is left.
  func ask<Value: Sendable>(
    isCounted: Bool = true, addresses: @autoclosure @Sendable () -> String,
    answered: (Int) -> Void = { _ in }, lost: (Int, String, Bool) -> Void = { _, _, _ in },
    _ request: @Sendable (Int) async throws(RemoteFailure) -> Value
  ) async throws(TareError) -> Value {
    let attempts = options.attempts + connections.count - 1
    var tries = 0
    var firstFailure: ContinuousClock.Instant?
    while true {
      guard let index = try? await pool.take() else { throw interrupted(addresses()) }
      guard !isCounted || isAllowed() else {
        pool.abandoned(index)
        throw .interrupted("the limit of \(options.maxRequests ?? 0) requests is reached")
      }
      let began = ContinuousClock.now
      do throws(RemoteFailure) {
        let value = try await request(index)
        pool.answered(index)
        answered(index)
        return value
      } catch {
        guard !Task.isCancelled else {
          pool.abandoned(index)
          throw interrupted(addresses())
        }
        switch error {
        case .final(let error), .missing(let error):
          pool.answered(index)
          answered(index)
          throw error
        case .again(let reason, let wish, let isBusy):
          let isNew = pool.failed(index, began: began, wish: wish)
          if !isBusy { lost(index, reason, isNew) }
          tries += 1
          let since = ContinuousClock.now - (firstFailure ?? began)
          firstFailure = firstFailure ?? began
          guard tries < attempts || since < options.patience else {
            throw silence(addresses(), tries, since, at: index, reason)
          }
        }
      }
    }
  }

  private func interrupted(_ addresses: String) -> TareError {
    .interrupted("stopped while waiting for \(addresses)")
  }

  private func silence(
    _ addresses: String, _ tries: Int, _ since: Duration, at index: Int, _ reason: String
  ) -> TareError {
    let last = connections.count == 1 ? reason : "\(connections[index].url): \(reason)"
    let span = options.patience > .zero ? " over \(since.components.seconds) s" : ""
    return .unreachable(
      "\(addresses) gave no answer in \(tries) attempts\(span); the last: \(last)")
  }

  /// Counts a request; returns false where no more is allowed.
  private func isAllowed() -> Bool {
    requests.withLock { sent in
      if let most = options.maxRequests, sent >= most { return false }
      sent += 1
      return true
    }
  }
}
