/// How far two orders of the same things agree.

/// Spearman's rank correlation, ties at their average rank, and Kendall's tau-b (Kendall 1945), which
/// corrects for ties. Both as `scipy.stats` has them.
package struct RankAgreement: Sendable, Hashable {
  package let spearman: Double
  package let kendall: Double

  /// Time: the square of the number of values.
  ///
  /// - Parameters: the values of the same things, finite, [thing].
  /// - Returns: nil where either side is constant or has fewer than two values.
  package init?(_ first: [Double], _ second: [Double]) {
    precondition(first.count == second.count, "a value a thing on both sides")
    var (agree, ties) = (0, (first: 0, second: 0))
    for i in first.indices {
      for j in 0..<i {
        let signs = (Self.order(first[i], first[j]), Self.order(second[i], second[j]))
        agree += signs.0 * signs.1
        ties.first += signs.0 == 0 ? 1 : 0
        ties.second += signs.1 == 0 ? 1 : 0
      }
    }
    let pairs = first.count * (first.count - 1) / 2
    guard pairs > ties.first, pairs > ties.second,
      let spearman = Self.correlation(Self.ranks(first), Self.ranks(second))
    else { return nil }
    self.spearman = spearman
    let scale = (Double(pairs - ties.first) * Double(pairs - ties.second)).squareRoot()
    kendall = max(-1, min(1, Double(agree) / scale))
  }

  /// 1, 0 or −1; 0 also where two means differ by no more than their roundings.
  static func order(_ a: Double, _ b: Double) -> Int {
    if abs(a - b) <= 1e-13 * max(abs(a), abs(b)) { return 0 }
    return a > b ? 1 : -1
  }

  /// Pearson's correlation; nil where a side is constant.
  private static func correlation(_ first: [Double], _ second: [Double]) -> Double? {
    // Ranks, whose mean is the same on both sides.
    let mean = Double(first.count + 1) / 2
    var (product, squares) = (0.0, (0.0, 0.0))
    for (a, b) in zip(first, second) {
      product += (a - mean) * (b - mean)
      squares.0 += (a - mean) * (a - mean)
      squares.1 += (b - mean) * (b - mean)
    }
    guard squares.0 > 0, squares.1 > 0 else { return nil }
    return max(-1, min(1, product / (squares.0 * squares.1).squareRoot()))
  }

  /// From 1 for the smallest, ties at the average of theirs.
  static func ranks(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var ranks = [Double](repeating: 0, count: values.count)
    var start = 0
    while start < order.count {
      var end = start + 1
      while end < order.count, Self.order(values[order[end]], values[order[end - 1]]) == 0 {
        end += 1
      }
      for place in start..<end { ranks[order[place]] = Double(start + 1 + end) / 2 }
      start = end
    }
    return ranks
  }
}
