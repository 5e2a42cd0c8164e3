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

  /// Scores in the order of the conversations.
  /// - Throws: as `RemoteEngine.score`.
  package func score(
    _ conversations: [TokenizedConversation]
  ) async throws(TareError) -> [Score] {
    let texts = try conversations.map { (conversation) throws(TareError) in
      try RemoteText(conversation, of: text, for: engine.wire)
    }
    return zip(conversations, try await engine.score(texts)).map { conversation, value in
      Score(
        value: value, tokens: conversation.ids.count, length: conversation.length,
        readAt: conversation.readAt, truncated: conversation.truncated)
    }
  }
}
