/// Which response of a pair is the longer one.
package enum LengthRelation: String, Sendable, CaseIterable {
  case chosenLonger = "chosen_longer"
  case chosenShorter = "chosen_shorter"
  /// They differ by at most a tenth of the longer one.
  case alike

  package init(_ lengths: ScoredPair.Lengths) {
    let longer = max(lengths.chosen, lengths.rejected)
    if 10 * abs(lengths.chosen - lengths.rejected) <= longer {
      self = .alike
    } else {
      self = lengths.chosen > lengths.rejected ? .chosenLonger : .chosenShorter
    }
  }
}
