/// Several reward models' scores of the same responses as one.
package import TareCore

package enum Ensemble: Sendable, Hashable {
  case mean
  /// The worst judgement counts (Coste et al. 2023, arXiv 2310.02743: worst-case optimisation).
  case min
  /// The mean less so many standard deviations, with n in the denominator, of the models' scores: where
  /// models disagree a response counts less (there: uncertainty-weighted optimisation, with the variance).
  case meanLessDeviations(Double)

  /// - Parameter members: scores by model, [model][response], at least one model.
  package func combined(_ members: [[Double]]) -> [Double] {
    // A model by itself is taken as it is, but for the sign of a zero, which no sum keeps.
    if members.count == 1, !members[0].contains(where: { $0 == 0 && $0.sign == .minus }) {
      return members[0]
    }
    let count = Double(members.count)
    return members[0].indices.map { row in
      // In order of size, so that the order of the models decides nothing.
      let mean = members.map { $0[row] }.sorted().reduce(0, +) / count
      switch self {
      case .mean: return mean
      case .min: return members.dropFirst().reduce(members[0][row]) { Swift.min($0, $1[row]) }
      case .meanLessDeviations(let factor):
        let squares = members.map { ($0[row] - mean) * ($0[row] - mean) }.sorted().reduce(0, +)
        return mean - factor * (squares / count).squareRoot()
      }
    }
  }
}

extension ScoredResponses {
  /// Scores brought to mean 0 and standard deviation 1 (with n) among the responses to each prompt; 0
  /// where all are equal.
  package func normalisedByPrompt(_ scores: [Double]) -> [Double] {
    var normalised = scores
    for rows in PromptGroups(of: self).rows {
      let count = Double(rows.count)
      // Differences from the first score, in units of the largest: exact where scores are near each other
      // and far from 0, and without the loss of tiny squares. Halves where the whole overflows.
      let first = scores[rows[0]]
      let part = rows.allSatisfy { (scores[$0] - first).isFinite } ? 1 : 0.5
      let largest = rows.reduce(0) { Swift.max($0, abs(scores[$1] * part - first * part)) }
      guard largest > 0 else {
        for row in rows { normalised[row] = 0 }
        continue
      }
      let differences = rows.map { (scores[$0] * part - first * part) / largest }
      let mean = differences.reduce(0, +) / count
      let squares = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      let unit = (squares / count).squareRoot()
      for (row, difference) in zip(rows, differences) {
        normalised[row] = (difference - mean) / unit
      }
    }
    return normalised
  }

  /// The positions of these responses in `others`, found by prompt and index, never by row.
  ///
  /// - Throws: `TareError.badData` that names a response which one side lacks.
  package func positions(
    in others: ScoredResponses, named name: String
  ) throws(TareError) -> [Int] {
    if areSame(as: others), haveSameCovariates(as: others) { return Array(indices) }
    // Subsets tell prompts apart where both sides have them.
    let hasSubsets = contains { $0.subset != nil } && others.contains { $0.subset != nil }
    var places: [Place: Int] = [:]
    for (row, other) in others.enumerated() { places[Place(other, hasSubsets)] = row }
    var positions: [Int] = []
    for response in self {
      guard let row = places.removeValue(forKey: Place(response, hasSubsets)) else {
        throw .badData(
          place: name, found: "no \(response.title(hasSubsets)), which the first model has",
          accepted: "the same responses for all models")
      }
      guard others[row].isAlike(response) else {
        throw .badData(
          place: name,
          found:
            "\(response.title(hasSubsets)) with a different role, label or covariate than in the first "
            + "scores",
          accepted: "the same responses for all models, in the same order or with a column 'index'")
      }
      positions.append(row)
    }
    if let extra = others.first(where: { places[Place($0, hasSubsets)] != nil }) {
      throw .badData(
        place: name, found: "\(extra.title(hasSubsets)), which the first model does not have",
        accepted: "the same responses for all models")
    }
    return positions
  }
}

extension ScoredResponses {
  /// Whether no covariate that both have tells a row from the other's, but for tokens, which each model
  /// counts in its own way.
  fileprivate func haveSameCovariates(as others: ScoredResponses) -> Bool {
    zip(covariateNames, covariates).allSatisfy { name, column in
      guard name != Tokens.key, let other = others.covariateNames.firstIndex(of: name) else {
        return true
      }
      return column.elementsEqual(others.covariates[other]) { $0.bitPattern == $1.bitPattern }
    }
  }
}

extension ScoredResponse {
  /// Whether nothing that both know tells them apart.
  fileprivate func isAlike(_ other: ScoredResponse) -> Bool {
    if let label, let another = other.label, label != another { return false }
    return role == other.role && pair == other.pair
      && covariates.names.allSatisfy { name in
        guard let value = covariates[name], let another = other.covariates[name] else {
          return true
        }
        return value == another || name == Tokens.key
      }
  }

  fileprivate func title(_ hasSubset: Bool) -> String {
    "response \(index) of prompt '\(promptID)'"
      + (hasSubset ? subset.map { " of subset '\($0)'" } ?? "" : "")
  }
}

private struct Place: Hashable {
  let subset: String?
  let prompt: String
  let index: Int

  init(_ response: ScoredResponse, _ hasSubset: Bool) {
    subset = hasSubset ? response.subset : nil
    prompt = response.promptID
    index = response.index
  }
}

extension [ScoredResponse] {
  /// See `ScoredResponses`.
  package func normalisedByPrompt(_ scores: [Double]) -> [Double] {
    ScoredResponses(self).normalisedByPrompt(scores)
  }

  /// See `ScoredResponses`.
  package func positions(
    in others: [ScoredResponse], named name: String
  ) throws(TareError) -> [Int] {
    try ScoredResponses(self).positions(in: ScoredResponses(others), named: name)
  }
}
