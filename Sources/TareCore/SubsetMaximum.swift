/// What the highest-scoring one of a random subset is worth.

/// N candidates by growing score, and the expected value of the one that scores highest among n drawn
/// without replacement: Σᵢ v(i)·C(i − 1, n − 1) / C(N, n), v(i) the value of the i-th lowest score. Candidates
/// of equal score share a place.
package struct SubsetMaximum: Sendable {
  /// The values in the order of the scores, those of equal scores replaced by their mean.
  private let values: [Double]

  /// - Parameter values: of each candidate, [candidate].
  package init(scores: [Double], values: [Double]) {
    let order = scores.indices.sorted { scores[$0] < scores[$1] }
    var shared = order.map { values[$0] }
    var start = 0
    while start < order.count {
      var end = start + 1
      while end < order.count, scores[order[end]] == scores[order[start]] { end += 1 }
      let mean = shared[start..<end].reduce(0, +) / Double(end - start)
      for place in start..<end { shared[place] = mean }
      start = end
    }
    self.values = shared
  }

  /// - Parameter n: from 1 to the number of candidates.
  package func expectation(ofBest n: Int) -> Double {
    var weight = Double(n) / Double(values.count)
    var sum = 0.0
    for place in stride(from: values.count, through: n, by: -1) {
      sum += weight * values[place - 1]
      // The rest of the weights sums to less than a rounding.
      if weight < 1e-18 { break }
      weight *= Double(place - n) / Double(place - 1)
    }
    return sum
  }
}
