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
  /// See `ScoredPairs`.
  package static func pairs(
    of responses: ScoredResponses, length: String = "length"
  ) throws(TareError) -> ScoredPairs {
    try ScoredPairs(responses, length: length)
  }

  package static func pairs(
    of responses: [ScoredResponse], length: String = "length"
  ) throws(TareError) -> ScoredPairs {
    try ScoredPairs(ScoredResponses(responses), length: length)
  }
}
