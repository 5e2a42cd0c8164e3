/// Whether the router's choice is the experts with the largest outputs (arXiv 2406.18219).

/// Ranks of all experts of a layer by the router's score and by the norm of the output, token by token.
package struct OutputRanks: Sendable {
  private let experts: Int
  package private(set) var tokens = 0
  /// Tokens by the rank of the router's score, and within it by the rank of the output's norm, both
  /// descending, [experts, experts]; of equal ones the lower index comes first.
  package private(set) var ranks: [[Int]]
  private var correlations = 0.0
  private var firsts = 0

  package init(experts: Int) {
    self.experts = experts
    ranks = Array(repeating: Array(repeating: 0, count: experts), count: experts)
  }

  /// Mean over tokens of Spearman's correlation, equal values having the mean of their ranks; a token whose
  /// scores or norms are all alike counts as 0. 0 without tokens.
  package var spearman: Double { correlations / Double(max(tokens, 1)) }

  /// Share of tokens for whose first choice no other expert has a larger norm. 0 without tokens.
  package var firstIsLargest: Double { Double(firsts) / Double(max(tokens, 1)) }

  /// - Parameters:
  ///   - scores: the router's for one token, probabilities or logits, [experts].
  ///   - norms: of the experts' outputs for it, [experts].
  package mutating func add(scores: [Float], norms: [Float]) {
    precondition(scores.count == experts && norms.count == experts)
    tokens += 1
    let byScore = Self.descending(scores)
    var places = [Int](repeating: 0, count: experts)
    for (place, expert) in Self.descending(norms).enumerated() { places[expert] = place }
    for (place, expert) in byScore.enumerated() { ranks[place][places[expert]] += 1 }
    if let first = byScore.first, norms.allSatisfy({ $0 <= norms[first] }) { firsts += 1 }
    correlations += Self.correlation(Self.meanRanks(scores), Self.meanRanks(norms))
  }

  /// Experts, the one with the largest value first. `sorted` is stable.
  private static func descending(_ values: [Float]) -> [Int] {
    values.indices.sorted { values[$0] > values[$1] }
  }

  /// [experts], equal values having the mean of the ranks that they take.
  private static func meanRanks(_ values: [Float]) -> [Double] {
    let order = descending(values)
    var ranks = [Double](repeating: 0, count: values.count)
    var start = 0
    while start < order.count {
      let end =
        order[(start + 1)...].firstIndex { values[$0] != values[order[start]] } ?? order.count
      for place in start..<end { ranks[order[place]] = Double(start + end - 1) / 2 }
      start = end
    }
    return ranks
  }

  /// Pearson's, of ranks; 0 where one of the two does not vary.
  private static func correlation(_ first: [Double], _ second: [Double]) -> Double {
    // Ranks, whole or halves, have the same exact mean however they are tied.
    let mean = Double(first.count - 1) / 2
    var (product, firstSquare, secondSquare) = (0.0, 0.0, 0.0)
    for (a, b) in zip(first, second) {
      product += (a - mean) * (b - mean)
      firstSquare += (a - mean) * (a - mean)
      secondSquare += (b - mean) * (b - mean)
    }
    let scale = (firstSquare * secondSquare).squareRoot()
    return scale > 0 ? product / scale : 0
  }
}
