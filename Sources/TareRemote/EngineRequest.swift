/// Texts of one request to one engine.
internal import TareCore
internal import TareScoring

struct EngineRequest: Sendable {
  let texts: [RemoteText]
  /// The place of the first among all that are scored.
  let first: Int
  /// What the engine calls its model.
  let model: String?
  let connection: RemoteConnection
  /// What of several labels' numbers is the reward.
  let output: OutputChoice?

  /// - Parameters:
  ///   - wire: the protocol, or what it speaks for models that score tokens.
  ///   - path: where that goes, if not where the engine's URL says.
  func rewards(
    _ wire: any RemoteProtocol.Type, at path: String? = nil
  ) async throws(RemoteFailure) -> [RemoteReward] {
    let reply = try await connection.post(wire.request(for: texts, model: model), to: path)
    let read = wire.tokensRead(in: reply)
    // How an engine cuts a text into tokens, and what it puts around it, must be seen.
    let isUnseen = read == nil && wire.takesTokens && texts.contains { $0.ids == nil }
    if let sent = tokenCount, isUnseen || read != nil && read != sent {
      throw .final(
        .badData(
          place: connection.address(path), found: "\(read ?? 0) tokens read",
          accepted: "the \(sent) tokens of the \(texts.count) texts that were sent"))
    }
    do throws(TareError) {
      return try checked(wire.rewards(in: reply), hasRows: wire.answersRows)
    } catch {
      let place = "\(connection.address(path)), texts \(first) to \(first + texts.count - 1)"
      throw .final(.unreachable("\(error.inside(place))"))
    }
  }

  /// The tokens of all texts, where they are known here.
  private var tokenCount: Int? {
    var count = 0
    for text in texts {
      guard let tokens = text.tokenCount else { return nil }
      count += tokens
    }
    return count
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
        values.append(try RemoteReward(reward, hasRows: hasRows, output: output))
      } catch {
        throw error.inside("reward \(index)")
      }
    }
    return values
  }
}
