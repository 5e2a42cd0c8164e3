/// What a scoring run scores with: a model on this machine, or engines elsewhere.
package import TareCore
package import TareScoring
package import TareStore

package protocol ScoringModel: Sendable {
  /// Tokenizer and template.
  var text: TextModel { get }
  /// Whether what texts have in common at their starts is computed once.
  var sharesPrefixes: Bool { get }
  /// What was computed so far, and what of it is kept for later batches; nil where that is unknown.
  var prefixCounts: PrefixCounts? { get }
  /// Batches that may be scored at the same time.
  var batchesAtOnce: Int { get }
  /// - Throws: `TareError.badData` for a text that it cannot take, though it could be tokenised.
  func check(_ conversation: TokenizedConversation) throws(TareError)
  /// Who scores, as the store keeps it.
  func scorer(_ options: ScoringOptions) -> Scorer
  /// Scores in the order of the conversations, given to `finish` now or later.
  func score(
    _ conversations: [TokenizedConversation],
    _ finish: @escaping @Sendable (Result<[Score], TareError>) -> Void)
}

extension ScoringModel {
  package var prefixCounts: PrefixCounts? { nil }

  package func check(_ conversation: TokenizedConversation) throws(TareError) {}
}

extension RewardModel: ScoringModel {
  package var batchesAtOnce: Int { 1 }

  package func scorer(_ options: ScoringOptions) -> Scorer {
    Scorer(
      modelDigest: text.digest, modelName: text.name, headDigest: headDigest,
      precision: precision, readRule: rule(options))
  }

  package func score(
    _ conversations: [TokenizedConversation],
    _ finish: @escaping @Sendable (Result<[Score], TareError>) -> Void
  ) {
    finish(Result { () throws(TareError) in try score(conversations) })
  }
}
