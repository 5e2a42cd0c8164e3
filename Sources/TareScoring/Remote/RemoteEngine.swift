/// An engine elsewhere that scores texts: in batches, in order, every reply checked.
internal import Foundation
package import TareCore

package struct RemoteEngine: Sendable {
  private let wire: any RemoteProtocol.Type
  private let connection: RemoteConnection
  private let batchSize: Int

  /// - Parameters:
  ///   - url: the engine's address; the protocol's own path is added where it has none.
  ///   - key: a key of `RemoteEngines`.
  /// - Throws: `TareError.usage` for an unknown protocol, a text that is no URL and options out of
  ///   range. The engine is not called.
  package init(
    url: String, protocol key: String, _ options: RemoteOptions = RemoteOptions()
  ) throws(TareError) {
    wire = try RemoteEngines.registry.entry(for: key)
    guard options.batchSize > 0, options.attempts > 0 else {
      throw .usage(
        "batches of \(options.batchSize) texts, \(options.attempts) attempts; accepted: at least 1")
    }
    guard var parts = URLComponents(string: url), let scheme = parts.scheme?.lowercased(),
      ["http", "https"].contains(scheme), parts.host?.isEmpty == false
    else { throw .usage("--engine \(url); accepted: an address such as http://127.0.0.1:5000") }
    if ["", "/"].contains(parts.path) { parts.path = wire.path }
    connection = RemoteConnection(url: parts.string ?? url, options)
    batchSize = options.batchSize
  }

  /// Where requests go.
  package var url: String { connection.url }

  /// Rewards of rendered texts, in their order.
  ///
  /// - Throws: `TareError.unreachable` that names the URL if the engine gives no answer in all
  ///   attempts; `TareError.badData` if it refuses the texts, or answers something else than one
  ///   finite number a text; `TareError.interrupted` if the task is cancelled.
  package func score(texts: [String]) async throws(TareError) -> [Float] {
    var rewards: [Float] = []
    rewards.reserveCapacity(texts.count)
    for start in stride(from: 0, to: texts.count, by: batchSize) {
      let batch = Array(texts[start..<min(start + batchSize, texts.count)])
      let reply = try await connection.post(wire.request(for: batch))
      do throws(TareError) {
        rewards += try checked(wire.rewards(in: reply), count: batch.count)
      } catch {
        throw error.inside("\(url), texts \(start) to \(start + batch.count - 1)")
      }
    }
    return rewards
  }

  private func checked(_ rewards: [JSONValue], count: Int) throws(TareError) -> [Float] {
    guard rewards.count == count else {
      throw .badData(
        place: "reply", found: "\(rewards.count) rewards", accepted: "\(count), one a text")
    }
    var values: [Float] = []
    for (index, reward) in rewards.enumerated() {
      guard let value = reward.double.map({ Float($0) }), value.isFinite else {
        throw .badData(
          place: "reward \(index)", found: reward.text(), accepted: "a finite number")
      }
      values.append(value)
    }
    return values
  }
}

extension JSONValue {
  /// What a reply is, for messages: its members' names, or its kind.
  var outline: String {
    guard let object else { return kindName }
    return object.isEmpty ? "an empty object" : "members \(object.keys.joined(separator: ", "))"
  }
}
