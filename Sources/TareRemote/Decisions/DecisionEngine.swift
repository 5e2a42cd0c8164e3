/// Servers elsewhere that answer typed questions: one request, one reply, spread over several servers of
/// one model.
package import TareCore
package import TareScoring

package final class DecisionEngine: Sendable {
  package let wire: any DecisionProtocol.Type
  private let attempts: RemoteAttempts
  private let options: RemoteOptions

  /// Servers take as many questions in a request.
  package static let mostQuestions = 64

  /// - Parameters:
  ///   - urls: addresses, at least one: of the server, of its `/v1`, or of the path itself.
  ///   - key: a key of `DecisionProtocols`.
  /// - Throws: `TareError.usage` for an unknown protocol, a text that is no URL and options out of
  ///   range. The servers are not called.
  package init(
    urls: [String], protocol key: String, _ options: RemoteOptions
  ) throws(TareError) {
    let wire = try DecisionProtocols.registry.entry(for: key)
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

  private var addresses: String { urls.joined(separator: ", ") }

  /// The model that is asked for, or the only one that the servers list.
  /// - Throws: as `RemoteAttempts.model`.
  package func model() async throws(TareError) -> ServedModelName {
    try await attempts.model(options)
  }

  /// Requests that the servers take, as far as their protocol can tell.
  /// - Throws: `TareError.badData` that names a question which the protocol cannot state.
  package func check(_ request: DecisionRequest) throws(TareError) {
    _ = try wire.body(of: request, model: "")
  }

  /// The answers to requests of at most `mostQuestions` questions, in their order.
  ///
  /// A request that the servers refuse (`TareError.badData`) takes none of the others along. After
  /// another failure nothing more is sent, and the requests that were not sent fail alike.
  package func answers(
    _ requests: [DecisionRequest], model: String
  ) async -> [Result<RemoteDecisions, TareError>] {
    let (results, failure) = await withTaskGroup(of: Answered.self) { group in
      var results = [Result<RemoteDecisions, TareError>?](repeating: nil, count: requests.count)
      var failure: TareError?
      var next = 0
      while next < min(capacity, requests.count) {
        group.addTask { [next] in await self.answered(requests[next], model, place: next) }
        next += 1
      }
      while let answered = await group.next() {
        results[answered.place] = answered.result
        if case .failure(let error) = answered.result, failure == nil, error.exitCode != 65 {
          failure = error
          group.cancelAll()
        }
        guard failure == nil, next < requests.count else { continue }
        group.addTask { [next] in await self.answered(requests[next], model, place: next) }
        next += 1
      }
      return (results, failure)
    }
    let rest = failure ?? .fault("a request was not sent")
    return results.map { result in
      // Those that were under way were stopped for the same reason.
      if case .failure(.interrupted)? = result { return .failure(rest) }
      return result ?? .failure(rest)
    }
  }

  private struct Answered: Sendable {
    let place: Int
    let result: Result<RemoteDecisions, TareError>
  }

  private func answered(_ request: DecisionRequest, _ model: String, place: Int) async -> Answered {
    do throws(TareError) {
      return Answered(place: place, result: .success(try await answers(request, model)))
    } catch {
      return Answered(place: place, result: .failure(error))
    }
  }

  private func answers(
    _ request: DecisionRequest, _ model: String
  ) async throws(TareError) -> RemoteDecisions {
    let body = try wire.body(of: request, model: model)
    let (reply, url) = try await attempts.ask(addresses: addresses) {
      (index) throws(RemoteFailure) in
      let connection = self.attempts.connections[index]
      return (try await connection.post(body), connection.url)
    }
    do throws(TareError) {
      return try wire.answers(in: reply, to: request)
    } catch {
      // A reply that is none is no fault of the request.
      throw .unreachable("\(error.inside(url))")
    }
  }
}
