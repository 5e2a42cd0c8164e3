/// Texts of one request to one engine.
internal import TareCore

struct EngineRequest: Sendable {
  let texts: [RemoteText]
  /// The place of the first among all that are scored.
  let first: Int
  /// What the engine calls its model.
  let model: String?
  let connection: RemoteConnection

  /// - Parameters:
  ///   - wire: the protocol, or what it speaks for models that score tokens.
  ///   - path: where that goes, if not where the engine's URL says.
  func rewards(
    _ wire: any RemoteProtocol.Type, at path: String? = nil
  ) async throws(RemoteFailure) -> [RemoteReward] {
    let reply = try await connection.post(wire.request(for: texts, model: model), to: path)
    do throws(TareError) {
      return try checked(wire.rewards(in: reply), hasRows: wire.answersRows)
    } catch {
      let place = "\(connection.address(path)), texts \(first) to \(first + texts.count - 1)"
      throw .final(.unreachable("\(error.inside(place))"))
    }
  }

  private func checked(
    _ rewards: [JSONValue], hasRows: Bool
  ) throws(TareError) -> [RemoteReward] {
    guard rewards.count == texts.count else {
      throw .badData(
        place: "reply", found: "\(rewards.count) rewards", accepted: "\(texts.count), one per text")
    }
    var values: [RemoteReward] = []
    for (index, reward) in rewards.enumerated() {
      do throws(TareError) {
        values.append(try RemoteReward(reward, hasRows: hasRows))
      } catch {
        throw error.inside("reward \(index)")
      }
    }
    return values
  }
}
