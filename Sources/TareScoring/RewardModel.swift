/// A language model with a value head: conversations in, scores out.
internal import Synchronization
package import TareCore
package import TareEngine

package final class RewardModel: Sendable {
  package let text: TextModel
  package let head: any RewardHead
  /// SHA-256 of the head's file.
  package let headDigest: Digest
  package let precision = "float32"
  private let runner: LazyDecoder

  package init(_ text: TextModel, head: HeadFile, threads: Int) {
    self.text = text
    self.head = head.head
    headDigest = head.digest
    runner = LazyDecoder(text, threads: threads)
  }

  /// Scores in the order of the conversations, each the same bits whatever else is scored.
  /// - Throws: `TareError.badData` if a score is not finite.
  package func score(_ conversations: [TokenizedConversation]) throws(TareError) -> [Score] {
    let states = try runner.decoder().hiddenStates(
      conversations.map(\.ids), at: conversations.map { [$0.readAt] })
    var scores: [Score] = []
    for (conversation, states) in zip(conversations, states) {
      let value = head.score(states[0])
      guard value.isFinite else {
        throw .badData(
          place: "the response that ends '\(conversation.text.suffix(60))'",
          found: "the score \(value)", accepted: "a finite score (are the model's weights finite?)")
      }
      scores.append(
        Score(
          value: value, tokens: conversation.ids.count, length: conversation.length,
          readAt: conversation.readAt, truncated: conversation.truncated))
    }
    return scores
  }
}

/// A model's features for training a head: the hidden states at the read positions.
package final class FeatureExtractor: Sendable {
  package let text: TextModel
  private let runner: LazyDecoder

  package init(_ text: TextModel, threads: Int) {
    self.text = text
    runner = LazyDecoder(text, threads: threads)
  }

  /// [hiddenSize] for each conversation, in order.
  package func features(_ conversations: [TokenizedConversation]) throws(TareError) -> [[Float]] {
    try runner.decoder().hiddenStates(
      conversations.map(\.ids), at: conversations.map { [$0.readAt] }
    ).map { $0[0] }
  }
}

/// Loads the weights when the first text needs them: a run that has all its scores never does.
private final class LazyDecoder: Sendable {
  private let text: TextModel
  private let threads: Int
  private let loaded = Mutex<Decoder?>(nil)

  init(_ text: TextModel, threads: Int) {
    self.text = text
    self.threads = threads
  }

  func decoder() throws(TareError) -> Decoder {
    try loaded.withLock { (loaded) throws(TareError) in
      if let decoder = loaded { return decoder }
      let decoder = try Decoder(text.weights, threads: threads)
      loaded = decoder
      return decoder
    }
  }
}
