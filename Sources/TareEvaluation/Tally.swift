/// Sums over the pairs of each prompt.

/// What one prompt adds to a stratum: the sum of a quantity over its pairs (1 for each correct
/// one, say), and the number of pairs.
struct Tally: Hashable {
  var sum: Int32
  var pairs: Int32
}

extension [Tally] {
  /// The sum over all prompts, for each pair.
  var share: Double {
    Double(reduce(0) { $0 + Int($1.sum) }) / Double(reduce(0) { $0 + Int($1.pairs) })
  }
}

extension Stratum {
  /// The sum of a quantity of a row over the pairs of each prompt.
  func tallies(_ quantity: (Int) -> Int32) -> [Tally] {
    prompts.map { rows in
      Tally(sum: rows.reduce(0) { $0 + quantity($1) }, pairs: Int32(rows.count))
    }
  }

  /// The correct pairs of each prompt.
  func correct(_ pairs: [ScoredPair]) -> [Tally] {
    tallies { pairs[$0].outcome == .correct ? 1 : 0 }
  }
}
