/// How a number comes from sums over trials.

package indirect enum Formula: Sendable {
  /// The mean of a column's trials over some strata, each trial counted alike.
  case mean(column: Int, strata: [Int])
  case weightedSum([(weight: Double, of: Formula)])
  /// 0 where one of the two is 0.
  case harmonicMean(Formula, Formula)
  case maximum([Formula])
  case meanSquare([Formula])
}

extension Formula {
  /// Σ wᵢ·fᵢ / Σ wᵢ.
  package static func average(of parts: [Formula], weights: [Double]? = nil) -> Formula {
    let weights = weights ?? parts.map { _ in 1 }
    let total = weights.reduce(0, +)
    return .weightedSum(zip(weights, parts).map { ($0 / total, $1) })
  }

  /// The same number of the columns that stand `offset` further.
  func shifted(by offset: Int) -> Formula {
    switch self {
    case .mean(let column, let strata): .mean(column: column + offset, strata: strata)
    case .weightedSum(let parts): .weightedSum(parts.map { ($0.weight, $0.of.shifted(by: offset)) })
    case .harmonicMean(let a, let b):
      .harmonicMean(a.shifted(by: offset), b.shifted(by: offset))
    case .maximum(let parts): .maximum(parts.map { $0.shifted(by: offset) })
    case .meanSquare(let parts): .meanSquare(parts.map { $0.shifted(by: offset) })
    }
  }

  /// The means behind it: a column over strata each.
  var means: [(column: Int, strata: [Int])] {
    switch self {
    case .mean(let column, let strata): [(column, strata)]
    case .weightedSum(let parts): parts.flatMap(\.of.means)
    case .harmonicMean(let a, let b): a.means + b.means
    case .maximum(let parts), .meanSquare(let parts): parts.flatMap(\.means)
    }
  }

  /// The plain mean that a weighted sum of means is where its weights are as their trials.
  ///
  /// No digit is lost to weights then: it is one sum divided by one count.
  func simplified(_ strata: [Stratum]) -> Formula {
    guard case .weightedSum(let whole) = self else { return self }
    let parts = whole.map { (weight: $0.weight, of: $0.of.simplified(strata)) }
    let means = parts.flatMap(\.of.means)
    let all = means.flatMap(\.strata)
    guard parts.allSatisfy(\.of.isMean), let column = means.first?.column,
      means.allSatisfy({ $0.column == column }), Set(all).count == all.count
    else { return .weightedSum(parts) }
    let counts = means.map { mean in
      mean.strata.reduce(0) { $0 + strata[$1].trialCounts[column] }
    }
    let total = Double(counts.reduce(0, +))
    guard zip(parts, counts).allSatisfy({ abs($0.weight - Double($1) / total) < 1e-12 }) else {
      return .weightedSum(parts)
    }
    return .mean(column: column, strata: all)
  }

  var isMean: Bool { if case .mean = self { true } else { false } }

  /// - Parameter sums: of the trials of each column in each stratum.
  func value(_ sums: ColumnSums) -> Double {
    switch self {
    case .mean(let column, let strata):
      var sum = 0.0
      var count = 0.0
      for stratum in strata {
        let place = 2 * (stratum * sums.columns + column)
        sum += sums.values[place]
        count += sums.values[place + 1]
      }
      // Only trials without a value may have no weight in all.
      return count > 0 ? sum / count : 0
    case .weightedSum(let parts):
      var sum = 0.0
      for part in parts { sum += part.weight * part.of.value(sums) }
      return sum
    case .harmonicMean(let a, let b):
      let (a, b) = (a.value(sums), b.value(sums))
      return a + b > 0 ? 2 * a * b / (a + b) : 0
    case .maximum(let parts): return parts.map { $0.value(sums) }.max() ?? 0
    case .meanSquare(let parts):
      let squares = parts.reduce(0) { sum, part in
        let value = part.value(sums)
        return sum + value * value
      }
      return squares / Double(parts.count)
    }
  }
}

/// Sum and count of the trials of each column in each stratum.
struct ColumnSums {
  let columns: Int
  /// [stratum, column, sum and count].
  var values: [Double]

  init(strata: Int, columns: Int) {
    self.columns = columns
    values = Array(repeating: 0, count: 2 * strata * columns)
  }

  /// Of all prompts as they are.
  init(_ sheet: TrialSheet) {
    self.init(strata: sheet.strata.count, columns: sheet.columns.count)
    let trials = sheet.trials
    for (stratum, members) in sheet.strata.enumerated() {
      for prompt in members.prompts {
        for trial in sheet.trialRange(prompt) {
          let place = 2 * (stratum * columns + Int(trials.columns[trial]))
          let weight = trials.weight(trial)
          values[place] += weight * trials.values[trial]
          values[place + 1] += weight
        }
      }
    }
  }
}
