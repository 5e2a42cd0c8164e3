/// Pairs of which neither response is better.
package import TareCore

extension CandidateSet {
  /// Whether its two responses were found alike, by whoever compared them.
  package var isTie: Bool {
    responses.count == 2 && responses.allSatisfy { $0.role == .response }
      && extras["label"]?.double == Verdict.tieGrade
  }
}

extension [CandidateSet] {
  /// How many are ties, in a sentence; nil where none is.
  package var tieNote: String? { CandidateSet.note(ofTies: count { $0.isTie }, among: count) }
}

extension CandidateSets {
  /// How many are ties, in a sentence; nil where none is.
  package var tieNote: String? { CandidateSet.note(ofTies: ties, among: count) }
}

extension CandidateSet {
  fileprivate static func note(ofTies count: Int, among all: Int) -> String? {
    guard count > 0 else { return nil }
    return count == 1
      ? "1 of \(all) pairs is a tie: its responses are scored but not counted as a pair"
      : "\(count) of \(all) pairs are ties: their responses are scored but not counted as pairs"
  }
}
