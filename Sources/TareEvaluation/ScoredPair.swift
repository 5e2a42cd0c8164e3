/// A chosen and a rejected response to one prompt, with their scores.
package import TareCore

package struct ScoredPair: Sendable, Hashable {
  package enum Outcome: Sendable { case correct, tie, wrong }

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

  /// RewardBench's rule: correct only where the chosen response scores strictly higher.
  package var outcome: Outcome {
    chosen > rejected ? .correct : chosen == rejected ? .tie : .wrong
  }
}

extension ScoredPair {
  /// Every chosen with every rejected response of each prompt, prompts in the order of their first
  /// rows.
  ///
  /// - Parameter length: the covariate that holds a response's length.
  /// - Throws: `TareError.badData` that names the row or prompt, for a score that is not finite, a
  ///   response that is neither chosen nor rejected, a prompt that lacks one of them, and a
  ///   response that stands twice.
  package static func pairs(
    of responses: [ScoredResponse], length: String = "length"
  ) throws(TareError) -> [ScoredPair] {
    try responses.requireFiniteScores()
    if let row = responses.firstIndex(where: { $0.role == .response }) {
      throw .badData(
        place: "row \(row + 1) (prompt \(responses[row].promptID))",
        found: "a response without a label", accepted: "chosen, rejected")
    }
    let groups = PromptGroups(of: responses)
    var pairs: [ScoredPair] = []
    pairs.reserveCapacity(responses.count / 2)
    for rows in groups.rows {
      try requireOneEach(responses, rows)
      let chosen = rows.filter { responses[$0].role == .chosen }
      let rejected = rows.filter { responses[$0].role == .rejected }
      guard !chosen.isEmpty, !rejected.isEmpty else {
        throw .badData(
          place: "row \(rows[0] + 1) (prompt \(responses[rows[0]].promptID))",
          found: "\(chosen.count) chosen and \(rejected.count) rejected responses",
          accepted: "at least one of each for every prompt")
      }
      for better in chosen {
        for worse in rejected {
          pairs.append(.init(responses[better], responses[worse], length: length))
        }
      }
    }
    return pairs
  }

  private static func requireOneEach(
    _ responses: [ScoredResponse], _ rows: [Int]
  ) throws(TareError) {
    var seen: Set<Int> = []
    for row in rows where !seen.insert(responses[row].index).inserted {
      throw .badData(
        place: "row \(row + 1) (prompt \(responses[row].promptID))",
        found: "response \(responses[row].index) a second time",
        accepted: "each response of a prompt once")
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
