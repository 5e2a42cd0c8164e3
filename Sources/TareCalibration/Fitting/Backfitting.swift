/// Several curves at once, and an intercept for each prompt: an additive model.
internal import TareCore
internal import TareNumerics

/// score = intercept + Σ f_k(x_k) + residual, where the intercept is each prompt's own if prompts are
/// given. Every f_k is a LOWESS of what the others leave (backfitting; Hastie and Tibshirani 1990),
/// centred over the rows, in cycles until nothing moves, each begun where the last ones lead
/// (`AndersonMixing`); then as often again, with rows far off the model weighted down (bisquare).
///
/// With prompts this is a regression with fixed effects: only differences within a prompt speak of
/// the curve, as a curve that the smoother reproduces is found whatever the prompts' own levels are.
struct Backfitting {
  /// One for each covariate, [term].
  private(set) var terms: [BackfittingTerm]
  private(set) var cycles = 0
  /// Largest change in the last cycle, as a share of the scores' range.
  private(set) var change = 0.0
  var converged: Bool { change < Self.tolerance }

  /// As a share of the scores' range; far below any standard error.
  private static let tolerance = 1e-7
  /// Enough where nearly all of the covariate's spread lies between prompts, as long as a cycle is
  /// quick; then `converged` says that it was not.
  private static func mostCycles(rows: Int) -> Int { max(500, min(5000, 5_000_000 / rows)) }

  /// The scores less their mean: far from 0 their own rounding would be taken for change. [row]
  private let scores: [Double]
  /// Where the rows begin whose level is estimated together, and where the last ones end, [group + 1].
  private let starts: [Int]
  /// Those rows, one group after another; empty where all rows stand in that order.
  private let rows: [Int32]
  /// Of the robustness iterations, [row].
  private var weights: [Double]
  /// What the rows weigh together in their prompt's level, [prompt].
  private var totals: [Double] = []

  /// - Parameters:
  ///   - columns: the covariates on their scale, [term][row].
  ///   - it: robustifying iterations.
  ///   - standardErrors: whether those of the curves are wanted.
  init(
    scores: [Double], columns: [[Double]], prompts: PromptGroups?, lowess: Lowess, it: Int,
    standardErrors: Bool = true
  ) throws(TareError) {
    let level = scores.mean
    self.scores = scores.map { $0 - level }
    try Columns.check(["y": self.scores])
    let count = scores.count
    let groups =
      (prompts ?? PromptGroups(groupOfRow: [Int32](repeating: 0, count: count), ids: [""])).members
    starts = groups.starts
    rows = groups.rows.indices.allSatisfy { groups.rows[$0] == $0 } ? [] : groups.rows
    weights = [Double](repeating: 1, count: scores.count)
    let smoother = try Lowess(
      frac: lowess.frac, it: 0, delta: lowess.delta, degree: lowess.degree, rules: lowess.rules)
    terms = []
    for column in columns {
      terms.append(try BackfittingTerm(column, smoother))
    }
    let range = max((scores.max() ?? 0) - (scores.min() ?? 0), .leastNormalMagnitude)
    for iteration in 0...it {
      totals = levelTotals()
      for term in terms.indices { terms[term].weigh(weights) }
      try cycle(range)
      for term in terms.indices { terms[term].forgetWeights() }
      guard iteration < it else { break }
      let residuals = residuals()
      let median = residuals.median
      guard median > 1e-12 * range,
        let bisquare = lowess.rules.bisquare(residuals, weights: nil, median: median)
      else { break }
      weights = bisquare
    }
    for term in terms.indices where standardErrors {
      try terms[term].findErrors(
        of: partial(terms[term], others(than: term)), weights,
        inflation: prompts.map { Self.inflation(columns[term], $0.members) } ?? 1)
    }
  }

  private mutating func cycle(_ range: Double) throws(TareError) {
    var mixing = AndersonMixing(counts: terms.flatMap(\.counts))
    var least = Double.infinity
    for _ in 0..<Self.mostCycles(rows: scores.count) {
      cycles += 1
      change = 0
      let before = terms.flatMap(\.curve)
      for index in terms.indices {
        let others = others(than: index)
        var term = terms[index]
        let moved = try term.smooth(rests(of: term, others)) { [self] in
          partial(terms[index], others)
        }
        terms[index] = term
        change = max(change, moved / range)
      }
      if change < Self.tolerance { return }
      // Near what rounding allows a mixture may lead away.
      if change > 2 * least { mixing.restart() }
      least = min(least, change)
      var next = mixing.next(after: before, terms.flatMap(\.curve))[...]
      for index in terms.indices {
        let count = terms[index].curve.count
        terms[index].move(to: Array(next.prefix(count)))
        next = next.dropFirst(count)
      }
    }
  }

  /// The scores less all curves but one, [row].
  private func others(than index: Int) -> [Double] {
    var rest = scores
    for (other, term) in terms.enumerated() where other != index {
      for row in rest.indices { rest[row] -= term.curve[Int(term.places[row])] }
    }
    return rest
  }

  /// What is left of the scores when all curves and the levels are taken off, times the rows' weights,
  /// summed at each place of the term, [place].
  private func rests(of term: BackfittingTerm, _ others: [Double]) -> [Double] {
    var sums = [Double](repeating: 0, count: term.curve.count)
    var span = sums.mutableSpan
    let places = term.places.span
    if term.isWeighted {
      let weights = weights.span
      forEachRow(term, others) { span[Int(places[$0])] += weights[$0] * $1 }
    } else {
      forEachRow(term, others) { span[Int(places[$0])] += $1 }
    }
    return sums
  }

  /// The scores less the levels and all curves but the term's, [row].
  private func partial(_ term: BackfittingTerm, _ others: [Double]) -> [Double] {
    var partial = [Double](repeating: 0, count: scores.count)
    forEachRow(term, others) { partial[$0] = $1 + term.curve[Int(term.places[$0])] }
    return partial
  }

  /// |scores less curves and levels|, [row].
  private func residuals() -> [Double] {
    var residuals = [Double](repeating: 0, count: scores.count)
    forEachRow(terms[0], others(than: 0)) { residuals[$0] = abs($1) }
    return residuals
  }

  /// A prompt whose every row has lost its weight keeps a level: the plain mean, nearly.
  private static let leastWeight = 1e-9

  private func levelTotals() -> [Double] {
    (0..<starts.count - 1).map { group in
      var total = 0.0
      for member in starts[group]..<starts[group + 1] {
        total += max(weights[rows.isEmpty ? member : Int(rows[member])], Self.leastWeight)
      }
      return total
    }
  }

  /// Each row, and its score less all curves and its prompt's level, one prompt after another.
  ///
  /// - Parameter others: the scores less all curves but the term's, [row].
  @inline(__always)
  private func forEachRow(
    _ term: BackfittingTerm, _ others: [Double], _ body: (Int, Double) -> Void
  ) {
    let (starts, rows, areInOrder) = (starts.span, rows.span, rows.isEmpty)
    let (weights, others, totals) = (weights.span, others.span, totals.span)
    let (places, curve) = (term.places.span, term.curve.span)
    for group in 0..<starts.count - 1 {
      let members = starts[group]..<starts[group + 1]
      var sum = 0.0
      for member in members {
        let row = areInOrder ? member : Int(rows[member])
        sum += max(weights[row], Self.leastWeight) * (others[row] - curve[Int(places[row])])
      }
      let level = sum / totals[group]
      for member in members {
        let row = areInOrder ? member : Int(rows[member])
        body(row, others[row] - curve[Int(places[row])] - level)
      }
    }
  }

  /// What estimating the prompts' levels costs, about: residuals are smaller by the root of the share
  /// of degrees of freedom that is left, and only the covariate's spread within prompts speaks.
  private static func inflation(_ column: [Double], _ prompts: PromptGroups.Members) -> Double {
    let count = prompts.starts.count - 1
    guard count < column.count else { return 1 }
    var (within, total) = (0.0, 0.0)
    for group in 0..<count { column.addSquares(ofCentred: prompts[group], to: &within) }
    column.addSquares(ofCentred: (0..<Int32(column.count)), to: &total)
    let left = Double(column.count - count) / Double(column.count)
    return within > 0 ? (total / within / left).squareRoot() : 1
  }
}

extension Backfitting {
  var findings: JSONObject {
    ["cycles": .int(cycles), "last_change": .double(change), "converged": .bool(converged)]
  }
}
