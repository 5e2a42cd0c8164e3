/// A chosen and a rejected response to one prompt, with their scores.
package import TareCore

package struct ScoredPair: Sendable, Hashable {
  package var promptID: String
  /// Positions among the prompt's responses.
  package var chosenIndex: Int
  package var rejectedIndex: Int
  package var chosen: Double
  package var rejected: Double
  /// Lengths of the two, where both are known.
  package var lengths: Lengths?
  package var subset: String?
  package var section: String?

  package struct Lengths: Sendable, Hashable {
    package var chosen: Double
    package var rejected: Double
  }
}

extension ScoredPair {
  /// Every chosen with every rejected response of each prompt, or of each of its pairs where it has
  /// several; prompts in the order of their first rows.
  ///
  /// - Parameter length: the covariate that holds a response's length.
  /// - Throws: `TareError.badData` that names the row or prompt, for a score that is not finite, a
  ///   response that is neither chosen nor rejected, a prompt that lacks one of them, and a
  ///   response that stands twice.
  package static func pairs(
    of responses: [ScoredResponse], length: String = "length"
  ) throws(TareError) -> [ScoredPair] {
    var pairs: [ScoredPair] = []
    pairs.reserveCapacity(responses.count / 2)
    for prompt in try ScoredPrompt.prompts(of: responses) {
      pairs += try Self.pairs(of: prompt, length: length)
    }
    return pairs
  }

  static func pairs(
    of prompt: ScoredPrompt, length: String
  ) throws(TareError) -> [ScoredPair] {
    // Neither is preferred: no pair.
    if prompt.isTie { return [] }
    let (chosen, rejected) = try prompt.chosenAndRejected()
    let worse = Dictionary(grouping: rejected, by: \.pair)
    // Nobody compared the responses of different pairs.
    if let lone = Set(chosen.map(\.pair)).symmetricDifference(worse.keys).first {
      let position = prompt.responses.firstIndex { $0.pair == lone } ?? 0
      throw prompt.error(
        at: position,
        found: "a pair with \(worse[lone] == nil ? "no rejected" : "no chosen") response",
        accepted: "at least one chosen and one rejected response in each of a prompt's pairs")
    }
    return chosen.flatMap { better in
      (worse[better.pair] ?? []).map { ScoredPair(better, $0, length: length) }
    }
  }

  private init(_ better: ScoredResponse, _ worse: ScoredResponse, length: String) {
    promptID = better.promptID
    chosenIndex = better.index
    rejectedIndex = worse.index
    chosen = better.score
    rejected = worse.score
    if let chosen = better.covariates[length], let rejected = worse.covariates[length] {
      lengths = Lengths(chosen: chosen, rejected: rejected)
    }
    subset = better.subset
    section = better.section
  }
}
