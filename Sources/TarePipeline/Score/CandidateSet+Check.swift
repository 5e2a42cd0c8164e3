/// Whether a row can be scored, before any is.
internal import TareCore
internal import TareScoring

extension CandidateSet {
  /// - Throws: `TareError.badData` if the chat template refuses one of its conversations, or the model
  ///   cannot take its text.
  func check(_ model: some ScoringModel, _ options: ScoringOptions) throws(TareError) {
    for (index, response) in responses.enumerated() {
      do throws(TareError) {
        try model.check(model.text.tokenize(conversation(response), options))
      } catch {
        throw error.inside("response \(index + 1)")
      }
    }
  }
}
