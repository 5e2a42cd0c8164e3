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
  ///   - request: sends one to the engine of that number.
  /// - Throws: `TareError.unreachable` if no engine answers in all attempts; `TareError.interrupted` if
  ///   the task is cancelled, or no request is left.
  func ask<Value: Sendable>(
    isCounted: Bool = true, addresses: @autoclosure @Sendable () -> String,
    _ request: @Sendable (Int) async throws(RemoteFailure) -> Value
  ) async throws(TareError) -> Value {
    var interrupted: TareError { .interrupted("stopped while waiting for \(addresses())") }
    let attempts = options.attempts + connections.count - 1
    var last = ""
    for _ in 0..<attempts {
      let index: Int
      do {
        index = try await pool.take()
      } catch {
        throw interrupted
      }
      guard !isCounted || isAllowed() else {
        pool.abandoned(index)
        throw .interrupted("the limit of \(options.maxRequests ?? 0) requests is reached")
      }
      let began = ContinuousClock.now
      do throws(RemoteFailure) {
        let value = try await request(index)
        pool.answered(index)
        return value
      } catch {
        guard !Task.isCancelled else {
          pool.abandoned(index)
          throw interrupted
        }
        switch error {
        case .final(let error), .missing(let error):
          pool.answered(index)
          throw error
        case .again(let reason, let wish):
          pool.failed(index, began: began, wish: wish)
          last = connections.count == 1 ? reason : "\(connections[index].url): \(reason)"
        }
      }
    }
    throw .unreachable("\(addresses()) gave no answer in \(attempts) attempts; the last: \(last)")
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
