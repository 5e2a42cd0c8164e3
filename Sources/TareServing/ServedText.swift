/// What a reward service is asked for, and what it answers.
package import TareCore
package import TareScoring

/// Something that gets a reward.
package struct ServedText: Sendable, Hashable {
  package enum Form: Sendable, Hashable {
    /// A chat template has rendered it already. The prompt, where it is known, is how it begins.
    ///
    /// With `addsSpecialTokens` a BOS that belongs before the text is put there if it is missing, never
    /// a second one: engines do so for plain texts, and verl takes off the template's and trusts in that.
    case rendered(String, prompt: String?, addsSpecialTokens: Bool)
    case tokens([Int32])
    /// Messages that the model's own template renders.
    case conversation(ServedConversation)
    /// A query and a document, whose relevance is asked for; variables for a template of theirs.
    case pair(query: String, document: String, TemplateContext)
  }

  package var form: Form
  /// What may be cut off it; nil where that is the server's own matter.
  package var cut: Cut?
  /// Whether a reward is wanted at each of its tokens, where the model has one there.
  package var wantsEveryToken = false
  /// Whether it may be longer than what is scored: its tokens alone are wanted.
  package var hasNoLimit = false

  package static func rendered(
    _ text: String, prompt: String? = nil, addsSpecialTokens: Bool = false
  ) -> ServedText {
    ServedText(form: .rendered(text, prompt: prompt, addsSpecialTokens: addsSpecialTokens))
  }

  package static func tokens(_ ids: [Int32]) -> ServedText { ServedText(form: .tokens(ids)) }

  package static func conversation(_ conversation: Conversation) -> ServedText {
    .conversation(ServedConversation(conversation))
  }

  package static func pair(
    _ query: String, _ document: String, _ context: TemplateContext = .init()
  ) -> ServedText {
    ServedText(form: .pair(query: query, document: document, context))
  }

  package static func conversation(_ conversation: ServedConversation) -> ServedText {
    ServedText(form: .conversation(conversation))
  }

  /// What a request lets be cut off a text that is too long.
  package struct Cut: Sendable, Hashable {
    package enum Side: Sendable, Hashable { case left, right }

    /// How many tokens stay; nil for as many as the server takes.
    package var tokens: Int?
    /// Where the others are cut off.
    package var side: Side
    /// Whether a BOS stays when what follows it is cut off.
    package var keepsBOS: Bool
    /// Whether it is only said that no more tokens may stay: more than the server takes are no mistake.
    package var isBound = false

    package init(tokens: Int? = nil, side: Side, keepsBOS: Bool) {
      self.tokens = tokens
      self.side = side
      self.keepsBOS = keepsBOS
    }
  }
}

/// A conversation, and what its request says of its text.
package struct ServedConversation: Sendable, Hashable {
  package var conversation: Conversation
  package var ending = ConversationEnding.message
  /// Whether special tokens go around what the template writes.
  package var addsSpecialTokens = false
  /// Whether contents become what the template reads, a string or a list of parts, as vLLM has them;
  /// otherwise they are what the request has.
  package var fitsContents = false

  package init(_ conversation: Conversation) { self.conversation = conversation }

  /// The text that is judged; nil where the conversation does not end with one.
  var response: String? {
    conversation.messages.last?.role == "assistant" && ending != .generationPrompt
      ? conversation.response : nil
  }
}

/// The reward of a text.
package struct Reward: Sendable, Hashable {
  /// What the client gets: the score, with its bias taken off where the service has a calibration.
  package let value: Double
  /// What the model said.
  package let score: Score
  /// A control token that the text spells itself, with which a response can end its own turn.
  package var controlToken: String?
}
