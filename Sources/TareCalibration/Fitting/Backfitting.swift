/// Several curves at once, and an intercept for each prompt: an additive model.
internal import TareCore

/// score = intercept + Σ f_k(x_k) + residual, where the intercept is each prompt's own if prompts are
/// given. Every f_k is a LOWESS of what the others leave (backfitting; Hastie and Tibshirani 1990),
/// centred over the rows, in cycles until nothing moves; then as often again, with rows far off the
/// model weighted down (bisquare).
///
/// With prompts this is a regression with fixed effects: only differences within a prompt speak of
/// the curve, as a curve that the smoother reproduces is found whatever the prompts' own levels are.
struct Backfitting {
  /// The curves at the rows, [term][row].
  private(set) var fitted: [[Double]]
  /// Standard errors at the rows, [term][row]: other curves are taken as known, prompts' levels are
  /// allowed for about.
  private(set) var errors: [[Double?]] = []
  private(set) var cycles = 0
  /// Largest change in the last cycle, as a share of the scores' range.
  private(set) var change = 0.0
  var converged: Bool { change < Self.tolerance }

  /// As a share of the scores' range; far below any standard error.
  private static let tolerance = 1e-7
  /// Enough where nearly all of the covariate's spread lies between prompts, as long as a cycle is
  /// quick; then `converged` says that it was not.
  private static func mostCycles(rows: Int) -> Int { max(500, min(5000, 5_000_000 / rows)) }

  /// - Parameters:
  ///   - columns: the covariates on their scale, [term][row].
  ///   - it: robustifying iterations.
  init(
    scores: [Double], columns: [[Double]], prompts: PromptGroups?, lowess: Lowess, it: Int
  ) throws(TareError) {
    fitted = columns.map { _ in [Double](repeating: 0, count: scores.count) }
    // Far from 0 the scores' own rounding would be taken for change.
    let level = scores.mean
    let scores = scores.map { $0 - level }
    let smoother = try Lowess(
      frac: lowess.frac, it: 0, delta: lowess.delta, degree: lowess.degree, rules: lowess.rules)
    var weights = [Double](repeating: 1, count: scores.count)
    // The covariates are sorted once for all cycles.
    var sorted = [SortedPoints?](repeating: nil, count: columns.count)
    let range = max((scores.max() ?? 0) - (scores.min() ?? 0), .leastNormalMagnitude)
    for iteration in 0...it {
      try cycle(scores, columns, prompts, smoother, weights, range, &sorted)
      guard iteration < it else { break }
      let residuals = residuals(scores, prompts, weights).map(abs)
      guard residuals.median > 1e-12 * range,
        let bisquare = lowess.rules.bisquare(residuals, weights: nil)
      else { break }
      weights = bisquare
    }
    try findErrors(scores, columns, prompts, smoother, weights, &sorted)
  }

  private mutating func cycle(
    _ scores: [Double], _ columns: [[Double]], _ prompts: PromptGroups?, _ smoother: Lowess,
    _ weights: [Double], _ range: Double, _ sorted: inout [SortedPoints?]
  ) throws(TareError) {
    for _ in 0..<Self.mostCycles(rows: scores.count) {
      cycles += 1
      change = 0
      for term in columns.indices {
        let partial = partial(term, scores, prompts, weights)
        var curve = try smoother.fit(
          x: columns[term], y: partial, robustness: weights, sorted: &sorted[term]
        ).fitted
        let mean = curve.mean
        for row in curve.indices {
          curve[row] -= mean
          change = max(change, abs(curve[row] - fitted[term][row]) / range)
        }
        fitted[term] = curve
      }
      if change < Self.tolerance { return }
    }
  }

  /// What is left when everything but one term is taken off.
  private func partial(
    _ term: Int, _ scores: [Double], _ prompts: PromptGroups?, _ weights: [Double]
  ) -> [Double] {
    let rest = residuals(scores, prompts, weights)
    return zip(rest, fitted[term]).map { $0 + $1 }
  }

  /// Scores less curves and intercepts, [row].
  private func residuals(
    _ scores: [Double], _ prompts: PromptGroups?, _ weights: [Double]
  ) -> [Double] {
    var rest = scores
    for curve in fitted { for row in rest.indices { rest[row] -= curve[row] } }
    let groups = prompts?.groupOfRow ?? [Int](repeating: 0, count: scores.count)
    let count = prompts?.count ?? 1
    var sums = [Double](repeating: 0, count: count)
    var totals = [Double](repeating: 0, count: count)
    for row in rest.indices {
      // A prompt whose every row has lost its weight keeps a level: the plain mean, nearly.
      let weight = max(weights[row], 1e-9)
      sums[groups[row]] += weight * rest[row]
      totals[groups[row]] += weight
    }
    return rest.indices.map { rest[$0] - sums[groups[$0]] / totals[groups[$0]] }
  }

  /// What estimating the prompts' levels costs, about: residuals are smaller by the root of the share
  /// of degrees of freedom that is left, and only the covariate's spread within prompts speaks.
  private static func inflation(_ column: [Double], _ prompts: PromptGroups?) -> Double {
    guard let prompts, prompts.count < column.count else { return 1 }
    let within = prompts.rows.reduce(0.0) { sum, rows in
      rows.map { column[$0] }.centred.reduce(sum) { $0 + $1 * $1 }
    }
    let total = column.centred.reduce(0) { $0 + $1 * $1 }
    let left = Double(column.count - prompts.count) / Double(column.count)
    return within > 0 ? (total / within / left).squareRoot() : 1
  }

  private mutating func findErrors(
    _ scores: [Double], _ columns: [[Double]], _ prompts: PromptGroups?, _ smoother: Lowess,
    _ weights: [Double], _ sorted: inout [SortedPoints?]
  ) throws(TareError) {
    for term in columns.indices {
      let partial = partial(term, scores, prompts, weights)
      let fit = try smoother.fit(
        x: columns[term], y: partial, robustness: weights, standardErrors: true,
        sorted: &sorted[term])
      let inflation = Self.inflation(columns[term], prompts)
      errors.append((fit.standardErrors ?? []).map { $0.map { $0 * inflation } })
    }
  }
}

extension Backfitting {
  var findings: JSONObject {
    ["cycles": .int(cycles), "last_change": .double(change), "converged": .bool(converged)]
  }
}
