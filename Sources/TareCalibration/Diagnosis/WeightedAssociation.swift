/// Associations of rows that take part several times, as in a bootstrap.
internal import TareNumerics

/// Two columns ready for associations under many weightings: sorted once.
struct WeightedAssociation {
  private let a: [Double]
  private let b: [Double]
  private let orderOfA: [Int32]
  private let orderOfB: [Int32]

  init(_ a: [Double], _ b: [Double]) {
    (self.a, self.b) = (a, b)
    orderOfA = SortOrder.ascending(a).order
    orderOfB = SortOrder.ascending(b).order
  }

  /// Slope of a on b, and rank correlation; nil where a column is constant.
  func values(_ weights: [Double]) -> (slope: Double, rankCorrelation: Double)? {
    let plain = Self.moments(a, b, weights)
    guard plain.varianceOfA > 0, plain.varianceOfB > 0 else { return nil }
    let ranks = Self.moments(
      Self.ranks(a, orderOfA, weights), Self.ranks(b, orderOfB, weights), weights)
    guard ranks.varianceOfA > 0, ranks.varianceOfB > 0 else { return nil }
    let correlation =
      ranks.covariance / (ranks.varianceOfA.squareRoot() * ranks.varianceOfB.squareRoot())
    return (plain.covariance / plain.varianceOfB, max(-1, min(1, correlation)))
  }

  /// Ranks of rows that take part several times, ties at the average.
  private static func ranks(
    _ values: [Double], _ order: [Int32], _ weights: [Double]
  ) -> [Double] {
    var ranks = [Double](repeating: 0, count: values.count)
    var before = 0.0
    var start = 0
    while start < order.count {
      var end = start
      var total = 0.0
      let value = values[Int(order[start])]
      while end < order.count, values[Int(order[end])] == value {
        total += weights[Int(order[end])]
        end += 1
      }
      for place in start..<end { ranks[Int(order[place])] = before + (total + 1) / 2 }
      before += total
      start = end
    }
    return ranks
  }

  private static func moments(
    _ a: [Double], _ b: [Double], _ weights: [Double]
  ) -> (varianceOfA: Double, varianceOfB: Double, covariance: Double) {
    var total = 0.0
    var sumOfA = 0.0
    var sumOfB = 0.0
    for row in weights.indices {
      total += weights[row]
      sumOfA += weights[row] * a[row]
      sumOfB += weights[row] * b[row]
    }
    guard total > 0 else { return (0, 0, 0) }
    let meanOfA = sumOfA / total
    let meanOfB = sumOfB / total
    var result = (varianceOfA: 0.0, varianceOfB: 0.0, covariance: 0.0)
    for row in weights.indices {
      let fromA = a[row] - meanOfA
      let fromB = b[row] - meanOfB
      result.varianceOfA += weights[row] * fromA * fromA
      result.varianceOfB += weights[row] * fromB * fromB
      result.covariance += weights[row] * fromA * fromB
    }
    return result
  }
}
