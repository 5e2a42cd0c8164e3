/// What a reward service is asked for, and what it answers.
package import TareCore

/// Something that gets a reward.
package enum ServedText: Sendable, Hashable {
  /// A chat template has rendered it already. The prompt, where it is known, is how it begins.
  ///
  /// With `addsSpecialTokens` a BOS that belongs before the text is put there if it is missing, never a
  /// second one: engines do so for plain texts, and verl takes off the template's and trusts in that.
  case rendered(String, prompt: String? = nil, addsSpecialTokens: Bool = false)
  case tokens([Int32])
  /// Messages that the model's own template renders.
  case conversation(Conversation)
}

/// The reward of a text.
package struct Reward: Sendable, Hashable {
  /// What the client gets: the score, with its bias taken off where the service has a calibration.
  package let value: Double
  /// What the model said.
  package let score: Score
}
