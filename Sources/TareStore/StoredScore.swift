/// What the store keeps of a score, under its scorer and the digest of the tokens.
package import TareCore

/// A `Score` without what belongs to the text rather than the tokens (length, whether it was cut).
package struct StoredScore: Sendable, Hashable {
  /// Finite. A negative zero is kept as zero, as SQLite does not tell them apart.
  package var value: Float
  /// Tokens that were run; 0 where a remote engine does not tell.
  package var tokens: Int
  package var readAt: Int
  /// The standard deviation of the value; nil where the head does not know it.
  package var deviation: Float?
  /// The scores of the steps, for process reward models.
  package var steps: [StepScore]

  package init(
    value: Float, tokens: Int, readAt: Int, deviation: Float? = nil, steps: [StepScore] = []
  ) {
    self.deviation = deviation
    self.steps = steps.map { StepScore(position: $0.position, value: $0.value + 0) }
    self.value = value + 0
    self.tokens = tokens
    self.readAt = readAt
  }

  package init(_ score: Score) {
    self.init(
      value: score.value, tokens: score.tokens, readAt: score.readAt,
      deviation: score.deviation, steps: score.steps)
  }
}
