/// What every stage demands of scored responses before it computes with them.

extension [ScoredResponse] {
  /// - Throws: `TareError.badData` that names the first row, counted from 1, whose score is NaN,
  ///   infinite or too large to be summed.
  package func requireFiniteScores() throws(TareError) {
    guard let row = firstIndex(where: { !$0.score.isUsable }) else { return }
    throw .badData(
      place: "row \(row + 1) (prompt \(self[row].promptID))", found: "the score \(self[row].score)",
      accepted: self[row].score.acceptedInstead)
  }
}

extension ScoredResponses {
  /// The same as of an array.
  package func requireFiniteScores() throws(TareError) {
    guard let row = scores.firstIndex(where: { !$0.isUsable }) else { return }
    throw .badData(
      place: "row \(row + 1) (prompt \(self[row].promptID))", found: "the score \(scores[row])",
      accepted: scores[row].acceptedInstead)
  }
}
