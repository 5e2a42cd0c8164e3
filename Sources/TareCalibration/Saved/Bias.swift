/// The bias that a calibration takes off, as a function of a row.
internal import TareCore
internal import TareNumerics

/// What a method found: how much of a score is bias, from the row's covariates, and for some methods
/// from its score, subset or prompt.
package indirect enum Bias: Sendable, Hashable {
  /// A curve over the covariate at this place in the table.
  case curve(Curve, covariate: Int)
  /// The sum of several.
  case sum([Bias])
  /// Over two covariates.
  case surface(Surface, first: Int, second: Int)
  /// From the score's place in the distribution of scores at the covariate's value.
  case quantiles(QuantileMap, covariate: Int)
  /// Score less probability: the calibrated score is the probability that the curve gives.
  case probability(Curve)
  /// A subset's own bias where it has one, otherwise that of all subsets.
  case subsets([String: Bias], otherwise: Bias)
  /// A share of one, as a method chose it.
  case scaled(Bias, by: Double)
  /// A weighted mean of two.
  case mixture(Bias, Bias, share: Double)
  /// One for each fold of the prompts, fitted to the prompts of the others.
  case folds([Bias])
  /// The same for rows without prompts, each in a fold by its covariates and score.
  case rowFolds([Bias])

  /// The table's subsets that have no bias of their own, where others have.
  package func unknownSubsets(of table: CalibrationTable) -> [String] {
    switch self {
    case .subsets(let biases, _):
      (table.subsets?.names ?? []).filter { biases[$0] == nil }
    case .scaled(let bias, _): bias.unknownSubsets(of: table)
    default: []
    }
  }

  /// One for each fold, as the folds of a table's rows are known.
  init(ofFolds biases: [Bias], of table: CalibrationTable) {
    self = table.prompts?.areRowNumbers == true ? .rowFolds(biases) : .folds(biases)
  }

  /// The bias of every row of the table, [row].
  package func values(for table: CalibrationTable) -> [Double] {
    switch self {
    case .curve(let curve, let covariate):
      return Bias.values(of: curve, table.columns[covariate], table.prompts)
    case .sum(let terms):
      var sum = [Double](repeating: 0, count: table.count)
      for term in terms {
        for (row, value) in term.values(for: table).enumerated() { sum[row] += value }
      }
      return sum
    case .surface(let surface, let first, let second):
      return zip(table.columns[first], table.columns[second]).map { surface.bias(at: $0, $1) }
    case .quantiles(let map, let covariate):
      return zip(table.columns[covariate], table.scores).map { map.bias(of: $1, at: $0) }
    case .probability(let curve):
      return table.scores.map { $0 - Bias.probability(of: $0, curve) }
    case .subsets(let biases, let otherwise):
      guard let subsets = table.subsets else { return otherwise.values(for: table) }
      var rows: [String?: [Int32]] = [:]
      for (subset, own) in subsets.rowsByName {
        rows[biases[subset] == nil ? nil : subset, default: []] += own
      }
      var values = [Double](repeating: 0, count: table.count)
      for (subset, rows) in rows {
        let bias = subset.flatMap { biases[$0] } ?? otherwise
        for (row, value) in zip(rows, bias.values(for: table.taking(rows))) {
          values[Int(row)] = value
        }
      }
      return values
    case .scaled(let bias, let share):
      return bias.values(for: table).map { share * $0 }
    case .mixture(let first, let second, let share):
      return zip(first.values(for: table), second.values(for: table)).map {
        share * $0 + (1 - share) * $1
      }
    case .folds(let biases):
      guard let prompts = table.prompts else {
        // A row without a prompt belongs to no fold: the mean of all.
        let values = biases.map { $0.values(for: table) }
        return (0..<table.count).map { row in
          values.reduce(0) { $0 + $1[row] } / Double(values.count)
        }
      }
      return Bias.values(biases, table, Folds(prompts, count: biases.count).ofRow)
    case .rowFolds(let biases):
      let folds = Folds(of: table, count: biases.count, byContents: true)
      return Bias.values(biases, table, folds.ofRow)
    }
  }

  /// - Parameter folds: which of the biases counts for each row, [row].
  private static func values(
    _ biases: [Bias], _ table: CalibrationTable, _ folds: [Int32]
  ) -> [Double] {
    let curves = biases.compactMap(\.plainCurve).map {
      ($0.curve.quickBias, $0.covariate, $0.share)
    }
    if curves.count == biases.count {
      return folds.indices.map { row in
        let (bias, covariate, share) = curves[Int(folds[row])]
        return share * bias(table.columns[covariate][row])
      }
    }
    let values = biases.map { $0.values(for: table) }
    return folds.indices.map { values[Int(folds[$0])][$0] }
  }

  /// A share of a curve over one covariate that looks at nothing but a row's own value.
  private var plainCurve: (curve: Curve, covariate: Int, share: Double)? {
    switch self {
    case .curve(let curve, let covariate) where !needsNames: (curve, covariate, 1)
    case .scaled(let bias, let share):
      bias.plainCurve.map { ($0.curve, $0.covariate, share * $0.share) }
    default: nil
    }
  }

  /// What scores on one step of a probability differ by, at most: enough to keep their order.
  static let tilt = 1e-6

  /// Beyond the scores that were seen the probability stays, but for the tilt.
  private static func probability(of score: Double, _ curve: Curve) -> Double {
    let probability = curve.bias(at: score)
    guard let x = curve.knots?.x, let first = x.first, let last = x.last else { return probability }
    let beyond = score < first ? score - first : score > last ? score - last : 0
    return beyond == 0
      ? probability : probability + tilt * beyond / (max(last - first, 1e-300) + abs(beyond))
  }

  /// Where one response of a prompt lies at a thin place of the curve, none of the prompt's is
  /// corrected.
  private static func values(
    of curve: Curve, _ column: [Double], _ prompts: PromptGroups?
  ) -> [Double] {
    var values = column.map(curve.quickBias)
    guard let knots = curve.knots, !knots.isThin.isEmpty else { return values }
    let isThin = column.map(knots.isThin)
    var isLeft = isThin
    if let prompts {
      var groups = [Bool](repeating: false, count: prompts.count)
      for (row, group) in prompts.groupOfRow.enumerated() where isThin[row] {
        groups[Int(group)] = true
      }
      isLeft = prompts.groupOfRow.map { groups[Int($0)] }
    }
    for row in values.indices where isLeft[row] { values[row] = 0 }
    return values
  }

  /// Whether it looks at a row's prompt or subset, not at its numbers alone.
  package var needsNames: Bool {
    switch self {
    case .subsets, .folds: true
    case .curve(.knots(let knots), _): !knots.isThin.isEmpty
    case .sum(let terms): terms.contains(where: \.needsNames)
    case .scaled(let bias, _): bias.needsNames
    case .mixture(let first, let second, _): first.needsNames || second.needsNames
    case .curve, .surface, .quantiles, .probability, .rowFolds: false
    }
  }

  /// The bias at a value of the first covariate where curves over it decide, for plots; of a sum, what
  /// its terms over the first covariate say together.
  package func main(at value: Double) -> Double? {
    switch self {
    case .curve(let curve, covariate: 0): curve.bias(at: value)
    case .sum(let terms): Bias.total(terms.compactMap { $0.main(at: value) })
    case .scaled(let bias, let share): bias.main(at: value).map { share * $0 }
    case .mixture(_, let pooled, _): pooled.main(at: value)
    case .subsets(_, let otherwise): otherwise.main(at: value)
    case .folds(let biases), .rowFolds(let biases): biases.first?.main(at: value)
    default: nil
    }
  }

  private static func total(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +)
  }
}
