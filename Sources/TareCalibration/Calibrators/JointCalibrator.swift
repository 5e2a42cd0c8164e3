/// Several covariates at once, with the least change of order.
package import TareCore
internal import TareNumerics

/// Of all sums of piecewise linear curves over the covariates, the one that changes the order of responses to
/// one prompt least, among those after which no covariate's rank goes with the score within prompts:
///
///     minimize    Σ over pairs i, j of one prompt  ((g(i) − g(j)) / (|s(i) − s(j)| + h))²
///     subject to  Σ over responses  r_k (s − g − their means in the prompt) = 0  for each covariate k
///
/// s is the score, g what is taken off, r_k the covariate less its mean in the prompt, by ranks, and h the mean
/// |s(i) − s(j)|. A pair changes its order if g(i) − g(j) exceeds s(i) − s(j): the objective bounds how many do, and
/// what is taken off goes where scores are far apart rather than where they nearly tie. Each prompt's pairs count
/// as one. Curves bend at the quintiles of their covariate.
package struct JointCalibrator: Calibrator {
  package static let key = "joint"
  package static let summary = "several covariates at once, with the least change of order"
  package static let options: [CalibratorOptions.Name] = []
  package static let covariateCount = 1...Int.max

  private let scale: Scale

  package init(_ options: CalibratorOptions) throws(TareError) { scale = options.scale }

  package var parameters: JSONObject { ["scale": .string(scale.rawValue)] }

  package func find(in table: CalibrationTable) throws(TareError) -> FoundBias {
    guard let prompts = table.prompts, prompts.count < table.count else {
      throw .badData(
        place: "column of prompts", found: "no prompt with two responses",
        accepted: "prompts with several responses (method joint)")
    }
    var bends: [BendingBasis] = []
    for covariate in table.covariates.indices {
      bends.append(BendingBasis(try table.column(covariate, on: scale)))
    }
    let problem = LeastReordering(table, prompts, bends)
    let coefficients = try problem.solution(table.covariates)
    var terms: [Bias] = []
    var place = 0
    for (covariate, basis) in bends.enumerated() {
      let own = Array(coefficients[place..<place + basis.count])
      place += basis.count
      terms.append(
        .curve(basis.curve(own, over: table.columns[covariate]), covariate: covariate))
    }
    return FoundBias(
      .sum(terms),
      findings: [
        "objective": .double(problem.objective(coefficients)),
        "objective_least_squares": .double(problem.objective(problem.leastSquares)),
        "pairs": .int(problem.pairs), "nearness": .double(problem.nearness),
      ])
  }
}

/// A straight line over a covariate and a bend at each of its quintiles.
private struct BendingBasis {
  /// Where it bends, ascending; inside the range.
  let bends: [Double]
  /// [basis][row]; each less its mean, and divided by its standard deviation.
  let columns: [[Double]]
  private let scales: [(mean: Double, deviation: Double)]
  private let column: [Double]

  var count: Int { columns.count }

  init(_ column: [Double]) {
    let sorted = column.sorted()
    var bends: [Double] = []
    for fifth in 1..<5 {
      let value = sorted[min(sorted.count - 1, sorted.count * fifth / 5)]
      if value > (bends.last ?? sorted[0]), value < sorted[sorted.count - 1] { bends.append(value) }
    }
    let raw = [column] + bends.map { bend in column.map { max(0, $0 - bend) } }
    let scales = raw.map { values -> (mean: Double, deviation: Double) in
      let mean = values.mean
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      return (mean, (squares / Double(values.count)).squareRoot())
    }
    columns = zip(raw, scales).map { values, scale in
      values.map { scale.deviation > 0 ? ($0 - scale.mean) / scale.deviation : 0 }
    }
    (self.bends, self.scales, self.column) = (bends, scales, column)
  }

  private func value(_ x: Double, _ coefficients: [Double]) -> Double {
    var sum = 0.0
    for (place, value) in ([x] + bends.map { max(0, x - $0) }).enumerated()
    where scales[place].deviation > 0 {
      sum += coefficients[place] * (value - scales[place].mean) / scales[place].deviation
    }
    return sum
  }

  /// - Parameter values: the covariate as it is, whose curve has a knot at each distinct value.
  func curve(_ coefficients: [Double], over values: [Double]) -> Curve {
    Curve(rows: values, bias: column.map { value($0, coefficients) })
  }
}

/// The quadratic problem of `JointCalibrator`.
private struct LeastReordering {
  /// Pairs of responses to one prompt.
  let pairs: Int
  /// h.
  let nearness: Double
  /// The objective's matrix times h², [basis][basis].
  private let matrix: [[Double]]
  /// The same with every pair as far apart as any other: least squares.
  private let plain: [[Double]]
  /// [covariate][basis]
  private let constraints: [[Double]]
  /// What of the score each covariate's rank goes with, [covariate].
  private let wanted: [Double]

  /// In prompts with more responses each is compared with so many that follow.
  private static let mostNeighbours = 32

  init(_ table: CalibrationTable, _ prompts: PromptGroups, _ bends: [BendingBasis]) {
    let columns = bends.flatMap(\.columns)
    let groups = prompts.rows.map { $0.map { Int($0) } }.filter { $0.count > 1 }
    let scores = table.scores
    var (gaps, count) = (0.0, 0)
    Self.forEachPair(groups) { first, second, weight in
      gaps += weight * abs(scores[first] - scores[second])
      count += 1
    }
    pairs = count
    let nearness = gaps / Double(max(1, groups.count))
    self.nearness = nearness
    let size = columns.count
    var matrix = [[Double]](repeating: [Double](repeating: 0, count: size), count: size)
    var plain = matrix
    var difference = [Double](repeating: 0, count: size)
    Self.forEachPair(groups) { first, second, weight in
      for place in 0..<size { difference[place] = columns[place][first] - columns[place][second] }
      // In units of h, so that tiny scores have no infinite squares.
      let gap = nearness > 0 ? abs(scores[first] - scores[second]) / nearness + 1 : 1
      let near = weight / (gap * gap)
      for row in 0..<size where difference[row] != 0 {
        for column in 0...row {
          let product = difference[row] * difference[column]
          matrix[row][column] += near * product
          plain[row][column] += weight * product
        }
      }
    }
    self.matrix = Self.whole(matrix)
    self.plain = Self.whole(plain)
    let centred = columns.map { Self.centred($0, groups) }
    let score = Self.centred(scores, groups)
    let ranks = table.columns.map {
      RankedColumn(Self.centred($0, groups))?.values ?? [Double](repeating: 0, count: $0.count)
    }
    constraints = ranks.map { rank in centred.map { Self.product(rank, $0) } }
    wanted = ranks.map { Self.product($0, score) }
  }

  /// Both triangles, and enough on the diagonal for bends that no pair is apart by.
  private static func whole(_ lower: [[Double]]) -> [[Double]] {
    let trace = lower.indices.reduce(0.0) { $0 + lower[$1][$1] }
    let ridge = max(1e-8 * trace / Double(max(1, lower.count)), .leastNormalMagnitude)
    return lower.indices.map { row in
      lower.indices.map { column in
        lower[max(row, column)][min(row, column)] + (row == column ? ridge : 0)
      }
    }
  }

  /// All pairs of responses to one prompt, whose weights add up to 1 a prompt.
  private static func forEachPair(
    _ groups: [[Int]], _ body: (_ first: Int, _ second: Int, _ weight: Double) -> Void
  ) {
    for rows in groups {
      var count = 0
      for place in rows.indices { count += min(rows.count - place - 1, mostNeighbours) }
      for place in rows.indices {
        for other in (place + 1)..<max(place + 1, min(rows.count, place + 1 + mostNeighbours)) {
          body(rows[place], rows[other], 1 / Double(count))
        }
      }
    }
  }

  /// Less their means in the prompt; 0 where a prompt has one response.
  private static func centred(_ values: [Double], _ groups: [[Int]]) -> [Double] {
    var result = [Double](repeating: 0, count: values.count)
    for rows in groups {
      let mean = rows.reduce(0) { $0 + values[$1] } / Double(rows.count)
      for row in rows { result[row] = values[row] - mean }
    }
    return result
  }

  private static func product(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// 0 where all scores of a prompt are the same, as nothing is taken off then.
  func objective(_ coefficients: [Double]) -> Double {
    guard nearness > 0 else { return 0 }
    let scaled = coefficients.map { $0 / nearness }
    return matrix.indices.reduce(0) { sum, row in
      sum + scaled[row] * Self.product(matrix[row], scaled)
    }
  }

  /// Of the same constraints with the plain matrix.
  var leastSquares: [Double] {
    Self.solved(plain, constraints, wanted) ?? [Double](repeating: 0, count: matrix.count)
  }

  /// - Throws: `TareError.badData` where no correction can do it, as with a covariate that is constant within
  ///   prompts, or two that are the same.
  func solution(_ covariates: [Covariate]) throws(TareError) -> [Double] {
    if let constant = covariates.indices.first(where: { place in
      constraints[place].allSatisfy { $0 == 0 }
    }) {
      throw .badData(
        place: "column \(covariates[constant].name)", found: "one value within each prompt",
        accepted: "a covariate that varies within prompts (method joint)")
    }
    guard let found = Self.solved(matrix, constraints, wanted) else {
      throw .badData(
        place: "the covariates", found: "covariates that say the same",
        accepted: "covariates that differ within prompts (method joint)")
    }
    return found
  }

  /// A⁻¹ C′ (C A⁻¹ C′)⁻¹ d, the minimum of x′Ax under Cx = d.
  private static func solved(
    _ matrix: [[Double]], _ constraints: [[Double]], _ wanted: [Double]
  ) -> [Double]? {
    guard let inverse = SymmetricMatrix.inverse(matrix) else { return nil }
    let through = constraints.map { row in inverse.map { product($0, row) } }
    let small = through.map { row in constraints.map { product(row, $0) } }
    guard let reciprocal = SymmetricMatrix.inverse(small) else { return nil }
    let multipliers = reciprocal.map { product($0, wanted) }
    return inverse.indices.map { basis in
      zip(multipliers, through).reduce(0) { $0 + $1.0 * $1.1[basis] }
    }
  }
}
