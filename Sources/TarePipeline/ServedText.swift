/// What a reward service is asked for, and what it answers.
package import TareCore

/// Something that gets a reward.
package enum ServedText: Sendable, Hashable {
  /// A chat template has rendered it already. The prompt, where it is known, is how it begins.
  case rendered(String, prompt: String? = nil)
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
