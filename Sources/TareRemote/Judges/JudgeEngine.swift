/// Language models elsewhere that answer messages: one request, one reply, spread over several servers of
/// one model.
internal import Synchronization
package import TareCore

package final class JudgeEngine: Sendable {
  package let wire: any ChatProtocol.Type
  private let attempts: RemoteAttempts
  private let options: RemoteOptions
  /// Whether a server has refused to give log-probabilities.
  private let lacksLogProbabilities = Mutex(false)

  /// - Parameters:
  ///   - urls: addresses, at least one: of the server, of its `/v1`, or of the path itself.
  ///   - key: a key of `ChatProtocols`.
  /// - Throws: `TareError.usage` for an unknown protocol, a text that is no URL and options out of
  ///   range. The servers are not called.
  package init(
    urls: [String], protocol key: String, _ options: RemoteOptions
  ) throws(TareError) {
    let wire = try ChatProtocols.registry.entry(for: key)
    try options.check()
    guard !urls.isEmpty else { throw .usage("engine: expected at least one address, found none") }
    self.wire = wire
    self.options = options
    let connections = try urls.map { (url) throws(TareError) in
      try RemoteConnection(
        url: RemoteConnection.address(url, wire.path), path: wire.path, purpose: "answer", options)
    }
    attempts = RemoteAttempts(connections, options)
  }

  /// Where requests go.
  package var urls: [String] { attempts.connections.map(\.url) }
  /// Requests that are sent at the same time.
  package var capacity: Int { attempts.connections.count * options.concurrency }
  /// Requests that were sent so far, those that failed among them.
  package var sent: Int { attempts.sent }
  /// Whether log-probabilities were asked for and refused.
  package var hasNoLogProbabilities: Bool { lacksLogProbabilities.withLock { $0 } }

  private var addresses: String { urls.joined(separator: ", ") }

  /// The model that is asked for, or the only one that the servers list.
  /// - Throws: as `RemoteAttempts.model`.
  package func model() async throws(TareError) -> String {
    if let model = options.model { return model }
    return try await attempts.model(options).id
  }

  /// The reply to a request, as the server gave it.
  ///
  /// A server that refuses log-probabilities is asked without them, then and from now on.
  /// - Throws: `TareError.badData` if the server refuses the request; `TareError.unreachable` if none
  ///   answers in all attempts; `TareError.interrupted` if the task is cancelled.
  package func reply(to request: JSONObject) async throws(TareError) -> JSONValue {
    let bare = wire.withoutLogProbabilities(request)
    if hasNoLogProbabilities { return try await send(bare) }
    do throws(TareError) {
      return try await send(request)
    } catch {
      guard bare != request, case .badData(_, let found, _) = error,
        found.lowercased().contains("logprob")
      else { throw error }
      let reply = try await send(bare)
      lacksLogProbabilities.withLock { $0 = true }
      return reply
    }
  }

  private func send(_ request: JSONObject) async throws(TareError) -> JSONValue {
    try await attempts.ask(addresses: addresses) { (index) throws(RemoteFailure) in
      try await self.attempts.connections[index].post(.object(request))
    }
  }
}
