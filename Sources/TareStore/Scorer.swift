/// What decides a score besides the tokens: the model, its head, the precision and the read rule.
package import TareCore

package struct Scorer: Sendable, Hashable {
  /// Of the model's weights and configuration; whoever loads the model says how it is made.
  package var modelDigest: Digest
  /// For people; two scorers are the same if all but the model's name is.
  package var modelName: String
  /// nil for the head that is part of the model.
  package var headDigest: Digest?
  package var precision: String
  package var readRule: String

  package init(
    modelDigest: Digest, modelName: String, headDigest: Digest? = nil, precision: String,
    readRule: String
  ) {
    self.modelDigest = modelDigest
    self.modelName = modelName
    self.headDigest = headDigest
    self.precision = precision
    self.readRule = readRule
  }

  /// What the read rule of generative judges begins with.
  package static let judgeRule = "judge"

  /// Whether a generative judge gave the scores: some responses may stay without one.
  package var isJudge: Bool { readRule.hasPrefix(Self.judgeRule) }
}
