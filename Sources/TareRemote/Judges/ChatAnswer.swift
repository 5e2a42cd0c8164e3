/// What a language model elsewhere has answered, and the probabilities of what it might have said instead.

package struct ChatAnswer: Sendable, Hashable {
  /// The message's content; empty where there is none.
  package var text: String
  /// What the server says where its model refuses to answer.
  package var refusal: String?
  /// "stop" at an end of its own, "length" where the limit of tokens cut it.
  package var finishReason: String?
  /// All that was generated, which may be more than the text (reasoning); empty where the server gives
  /// no log-probabilities.
  package var tokens: [ChatToken] = []
  package var promptTokens: Int?
  package var completionTokens: Int?

  package init(text: String) { self.text = text }
}

/// A generated token.
package struct ChatToken: Sendable, Hashable {
  package var bytes: [UInt8]
  /// The likeliest tokens at its place, itself most often among them.
  package var alternatives: [ChatAlternative]

  package init(bytes: [UInt8], alternatives: [ChatAlternative]) {
    self.bytes = bytes
    self.alternatives = alternatives
  }
}

package struct ChatAlternative: Sendable, Hashable {
  package var bytes: [UInt8]
  /// Natural logarithm.
  package var logProbability: Double

  package init(bytes: [UInt8], logProbability: Double) {
    self.bytes = bytes
    self.logProbability = logProbability
  }
}
