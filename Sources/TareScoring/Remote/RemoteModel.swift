/// A reward model that runs elsewhere: its engines, and its tokenizer and chat template here.
package import TareCore

package struct RemoteModel: Sendable {
  package let engine: RemoteEngine
  /// nil where texts come rendered and go on as they are.
  package let text: TextModel?

  /// - Throws: `TareError.usage` if the model reads pairs and the protocol has none.
  package init(_ engine: RemoteEngine, text: TextModel?) throws(TareError) {
    if case .pair? = text?.layout, !engine.wire.takesPairs {
      let keys = RemoteEngines.registry.entries.filter { $0.takesPairs }.map { $0.key }
      throw .usage(
        "\(text?.name ?? "the model") reads prompt and response as a pair, which --engine-protocol "
          + "\(engine.wire.key) cannot send; accepted: \(keys.joined(separator: ", "))")
    }
    self.engine = engine
    self.text = text
  }

  /// Rewards in the order of the conversations.
  /// - Throws: as `RemoteEngine.score`.
  package func rewards(
    _ conversations: [TokenizedConversation]
  ) async throws(TareError) -> [Float] {
    let texts = try conversations.map { (conversation) throws(TareError) in
      try RemoteText(conversation, of: text, for: engine.wire)
    }
    return try await engine.score(texts)
  }
}

extension TokenizedConversation {
  /// What an engine elsewhere says of it, as a score; of a text without ids nobody here counts the
  /// tokens.
  package func score(_ reward: Float) -> Score {
    Score(
      value: reward, tokens: ids.count, length: length, readAt: readAt, truncated: truncated)
  }
}
