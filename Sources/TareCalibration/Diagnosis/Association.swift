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
      let unit = column.decimalUnit
      var all: [Double] = []
      all.reserveCapacity(column.count)
      for group in 0..<prompts.count where members[group].count > 1 {
        all.append(members[group], ofCentred: column, unit)
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

extension Double {
  /// How many of a decimal unit it is: the number itself where there is none.
  @inline(__always)
  fileprivate func counted(in unit: Double) -> Double {
    unit == 1 ? self : (self * unit).rounded()
  }
}

extension [Double] {
  /// How many of a decimal unit make 1, where all values are whole numbers of it, as of scores with few
  /// decimals: 1 to a million; 1 where there is no such unit.
  var decimalUnit: Double {
    var unit = 1.0
    for value in self {
      while (value * unit).rounded() / unit != value {
        guard unit < 1e6 else { return 1 }
        unit *= 10
      }
    }
    return unit
  }

  var centred: [Double] { centred(inUnit: 1) }

  /// The values less their mean; exactly 0 where they are all alike.
  ///
  /// One division at the end keeps ties of counts and of short floats exact, so that rounding does
  /// not invent an order among them; so does counting decimals by their unit.
  func centred(inUnit unit: Double) -> [Double] {
    guard let first = first.map({ $0.counted(in: unit) }) else { return [] }
    let differences = map { $0.counted(in: unit) - first }
    let sum = differences.reduce(0, +)
    let count = Double(count)
    return differences.map { (count * $0 - sum) / (count * unit) }
  }

  /// Appends what `centred` gives for some rows of a column.
  ///
  /// - Parameter unit: the column's decimal unit.
  mutating func append(
    _ rows: ArraySlice<Int32>, ofCentred column: [Double], _ unit: Double
  ) {
    guard let first = rows.first.map({ column[Int($0)].counted(in: unit) }) else { return }
    let sum = rows.reduce(0.0) { $0 + (column[Int($1)].counted(in: unit) - first) }
    let count = Double(rows.count)
    for row in rows {
      append((count * (column[Int(row)].counted(in: unit) - first) - sum) / (count * unit))
    }
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
