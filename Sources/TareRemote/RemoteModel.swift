/// A reward model that runs elsewhere: its engines, and its tokenizer and chat template here.
package import TareCore
internal import TareEngine
package import TareScoring

package struct RemoteModel: Sendable {
  package let engine: RemoteEngine
  /// nil where texts come rendered and go on as they are.
  package let text: TextModel?

  /// - Throws: `TareError.usage` if the model reads pairs and the protocol has none.
  package init(_ engine: RemoteEngine, text: TextModel?) throws(TareError) {
    if case .pair? = text?.layout, !engine.wire.takesPairs {
      let keys = RemoteEngines.registry.entries.filter { $0.takesPairs }.map { $0.key }
      throw .usage(
        "\(text?.name ?? "the model") reads prompt and response as a pair: expected an engine protocol "
          + "that sends pairs (\(keys.joined(separator: ", "))), found \(engine.wire.key)")
    }
    self.engine = engine
    self.text = text
    if text?.scoresTokens == true { engine.scoresTokens() }
  }

  /// How the engines' answers are read: at the steps of a process reward model if the protocol has a value
  /// for each, else as they are.
  package var readRule: ReadRule {
    guard let text, text.scoresTokens, engine.wire.ofTokens != nil,
      case .step? = text.readRule
    else { return .last }
    return text.readRule ?? .last
  }

  /// Rewards in the order of the conversations, each of one value, or of one for each step.
  /// - Throws: as `RemoteEngine.score`.
  package func values(
    _ conversations: [TokenizedConversation]
  ) async throws(TareError) -> [[Float]] {
    let rewards = try await remoteRewards(conversations)
    var values: [[Float]] = []
    for (index, reward) in rewards.enumerated() {
      do throws(TareError) {
        values.append(try conversations[index].values(reward))
      } catch {
        let place = "\(engine.urls.joined(separator: ", ")), text \(index)"
        throw .unreachable("\(error.inside(place))")
      }
    }
    return values
  }

  /// What the engines say of the conversations, in the form that they take texts in.
  private func remoteRewards(
    _ conversations: [TokenizedConversation]
  ) async throws(TareError) -> [RemoteReward] {
    func rewards(_ form: TextForm) async throws(TareError) -> [RemoteReward] {
      let texts = try conversations.map { (conversation) throws(TareError) in
        try RemoteText(conversation, of: text, for: engine.wire, as: form)
      }
      return try await engine.rewards(texts)
    }
    let (form, isKnown) = engine.form
    do throws(TareError) {
      let found = try await rewards(form)
      if !isKnown, !found.isEmpty { engine.settle(form) }
      return found
    } catch {
      // What an engine refuses in this form, before it has taken anything, it may take in another.
      guard !isKnown, case .badData = error, conversations.allSatisfy({ $0.chat == nil }),
        text != nil
      else { throw error }
      for other in engine.wire.textForms where other != form {
        guard let found = try? await rewards(other) else { continue }
        engine.settle(other)
        return found
      }
      throw error
    }
  }

  /// Rewards in the order of the conversations.
  /// - Throws: as `RemoteEngine.score`.
  package func rewards(
    _ conversations: [TokenizedConversation]
  ) async throws(TareError) -> [Float] {
    zip(conversations, try await values(conversations)).map { $0.score($1).value }
  }
}
