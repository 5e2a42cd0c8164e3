/// What a calibration is fitted to and applied to: columns of numbers.
package import TareCore

/// Scores and a covariate, row by row, with the prompts they belong to and labels where known.
package struct CalibrationTable: Sendable {
  package let covariate: Covariate
  /// The reward of each response, [row].
  package let scores: [Double]
  /// The covariate of each response, [row].
  package let values: [Double]
  /// Which rows answer the same prompt; nil where that is not known.
  package let prompts: PromptGroups?
  /// How good each response is, more is better, [row]; nil where that is not known.
  package let labels: [Double]?

  /// - Throws: `TareError.badData` that names column and row (from 1) of a number that is not
  ///   finite, and for columns that are empty or of unequal length.
  package init(
    scores: [Double], values: [Double], covariate: Covariate, prompts: PromptGroups? = nil,
    labels: [Double]? = nil
  ) throws(TareError) {
    try Columns.check(["score": scores, covariate.name: values])
    if let labels { try Columns.check(["score": scores, "label": labels]) }
    if let rows = prompts?.groupOfRow.count, rows != scores.count {
      throw .badData(
        place: "column of prompts", found: "\(rows) rows",
        accepted: "as many as column score, \(scores.count)")
    }
    self.covariate = covariate
    self.scores = scores
    self.values = values
    self.prompts = prompts
    self.labels = labels
  }

  /// The table of scored responses; labels are 1 for chosen and 0 for rejected, if all are either.
  ///
  /// - Throws: also `TareError.badData` for a response without the covariate.
  package init(_ responses: [ScoredResponse], covariate: Covariate) throws(TareError) {
    let values = responses.compactMap { $0.covariates[covariate.name] }
    if values.count < responses.count,
      let row = responses.firstIndex(where: { $0.covariates[covariate.name] == nil })
    {
      throw .badData(
        place: "row \(row + 1) (prompt \(responses[row].promptID))",
        found: "no \(covariate.name)",
        accepted: responses[row].covariates.isEmpty
          ? "a row with this covariate"
          : "one of \(responses[row].covariates.keys.sorted().joined(separator: ", "))")
    }
    let labelled = responses.allSatisfy { $0.role != .response }
    try self.init(
      scores: responses.map(\.score), values: values, covariate: covariate,
      prompts: PromptGroups(of: responses),
      labels: labelled ? responses.map { $0.role == .chosen ? 1 : 0 } : nil)
  }

  /// SHA-256 of covariate and scores, row by row in their machine form.
  package var digest: Digest {
    var hash = SHA256()
    values.withUnsafeBytes { hash.update($0) }
    scores.withUnsafeBytes { hash.update($0) }
    return hash.finish()
  }
}
