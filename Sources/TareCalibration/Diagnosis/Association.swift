/// How closely a score follows a covariate: rank correlation, correlation and slope.
package import TareCore
internal import TareNumerics

package struct Association: Sendable, Hashable {
  /// Spearman's rank correlation, ties at their average rank.
  package let rankCorrelation: Double
  /// Pearson's correlation.
  package let correlation: Double
  /// Least-squares slope, in score per unit of the covariate.
  package let slope: Double

  /// - Returns: nil where either column is constant.
  package init?(of scores: [Double], on values: [Double]) {
    guard let moments = Moments(scores, values), let ranks = Moments(scores.ranks, values.ranks)
    else { return nil }
    correlation = moments.correlation
    slope = moments.covariance / moments.secondVariance
    rankCorrelation = ranks.correlation
  }

  /// The same within prompts: each column less its mean in the prompt. Prompts of one response say
  /// nothing here and are left out.
  ///
  /// - Returns: nil where either column is constant within every prompt.
  package init?(within prompts: PromptGroups, of scores: [Double], on values: [Double]) {
    let members = prompts.members
    func centred(_ column: [Double]) -> [Double] {
      var all: [Double] = []
      all.reserveCapacity(column.count)
      for group in 0..<prompts.count where members[group].count > 1 {
        all.append(members[group], ofCentred: column)
      }
      return all
    }
    self.init(of: centred(scores), on: centred(values))
  }
}

/// Sums of squares and products about the means.
private struct Moments {
  var firstVariance = 0.0
  var secondVariance = 0.0
  var covariance = 0.0

  /// - Returns: nil where either column is constant or empty.
  init?(_ first: [Double], _ second: [Double]) {
    let first = first.centred
    let second = second.centred
    for (a, b) in zip(first, second) {
      firstVariance += a * a
      secondVariance += b * b
      covariance += a * b
    }
    guard firstVariance > 0, secondVariance > 0 else { return nil }
  }

  /// Rounding may carry the quotient past 1, where no correlation lies.
  var correlation: Double {
    max(-1, min(1, covariance / (firstVariance.squareRoot() * secondVariance.squareRoot())))
  }
}

extension [Double] {
  /// The values less their mean; exactly 0 where they are all alike.
  ///
  /// One division at the end keeps ties of counts and of short floats exact, so that rounding does
  /// not invent an order among them.
  var centred: [Double] {
    guard let first else { return [] }
    let differences = map { $0 - first }
    let sum = differences.reduce(0, +)
    let count = Double(count)
    return differences.map { (count * $0 - sum) / count }
  }

  /// Appends what `centred` gives for some rows of a column.
  mutating func append(_ rows: ArraySlice<Int32>, ofCentred column: [Double]) {
    guard let first = rows.first.map({ column[Int($0)] }) else { return }
    let sum = rows.reduce(0.0) { $0 + (column[Int($1)] - first) }
    let count = Double(rows.count)
    for row in rows { append((count * (column[Int(row)] - first) - sum) / count) }
  }

  /// Adds the squares of what `centred` gives for some rows of the column.
  func addSquares(ofCentred rows: some Collection<Int32>, to squares: inout Double) {
    guard let first = rows.first.map({ self[Int($0)] }) else { return }
    let sum = rows.reduce(0.0) { $0 + (self[Int($1)] - first) }
    let count = Double(rows.count)
    for row in rows {
      let centred = (count * (self[Int(row)] - first) - sum) / count
      squares += centred * centred
    }
  }

  /// The rank of each value from 1, ties at the average of theirs.
  package var ranks: [Double] {
    let (order, sorted) = SortOrder.ascending(self)
    var ranks = [Double](repeating: 0, count: count)
    var start = 0
    while start < count {
      var end = start + 1
      while end < count, sorted[end] == sorted[start] { end += 1 }
      for position in start..<end { ranks[Int(order[position])] = Double(start + 1 + end) / 2 }
      start = end
    }
    return ranks
  }
}
