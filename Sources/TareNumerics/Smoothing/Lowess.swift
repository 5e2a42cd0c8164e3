/// LOWESS: robust locally weighted regression (Cleveland 1979), exact, in about n log n.
public import TareCore

/// The settings of a LOWESS fit, and the fit itself.
///
/// Each point is fitted by a polynomial through its nearest neighbours, weighted by their distance
/// (tricube); then `it` times again, with neighbours that lie far off the curve weighted down
/// (bisquare). The rules are by default this program's own:
///
/// - Points of equal x take part together: everything is computed from the weight and the mean of all
///   that stand at one x. The order of the points decides nothing, to the last bit, and a point with
///   case weight m is as m such points (but for standard errors, which count it as one).
/// - The bandwidth is the least distance within which the points' case weights exceed `frac` of all
///   less one unit (and 1e-10 of it); the unit is the least weight that any distinct x has. Where all x
///   differ and weigh alike that is the distance to neighbour number floor(frac n + 1e-10). Points at
///   just that distance have weight 0, all nearer ones take part, so no tie is ever cut.
/// - Where the bandwidth is 0 the fit is the mean of the points at that x, with their robustness and
///   case weights. So it is where fewer than two points have a weight above 1e-12; if those at that x
///   have none, it is their mean by case weights.
/// - Residuals are scaled by six times their median, in which a point counts as its case weight; where
///   that is 0, a point on the curve has weight 1 and any other 0.
///
/// Where no ties are cut and the bandwidth is above 0 that is what statsmodels computes. Those of
/// `statsmodels.nonparametric.lowess` 0.15, which the published calibration method calls:
///
/// - `k = floor(frac n + 1e-10)` neighbours, at least 2 and at most n, always k by count: of points
///   tied at the right edge of the neighbourhood only as many take part as fill it up.
/// - The bandwidth is the distance to the farther edge, so that point's own weight is 0.
/// - Where fewer than 2 neighbours have a weight above 1e-12 the fit is the point's own y. That is so
///   where the whole neighbourhood lies at one x, which the greater part of counts does.
/// - Points of equal x share one fit, that of the first of them.
/// - Residuals are scaled by six times their median; where that is 0, a point on the curve has
///   weight 1 and any other 0.
///
/// Those of R differ so:
///
/// - `k = floor(frac n + 1e-7)`, and all points tied at the right edge take part.
/// - Weights are 1 up to 0.001 of the bandwidth and 0 beyond 0.999, bisquare likewise.
/// - Where the weighted standard deviation of x is at most 0.001 of the range of x, the fit is the
///   weighted mean; where all weights are 0 it is the point's own y.
/// - Iterations stop where six times the median is below 1e-7 of the mean absolute residual.
/// - `delta` is 0.01 of the range of x unless another is given.
///
/// Two rules of statsmodels depend on the order of points with equal x. They are taken in the order of
/// the input (a stable sort); statsmodels' own sort is not stable and may differ there.
///
/// Residuals below 1e-12 of the range of y are taken as 0: they are rounding, and must not decide
/// which points the robustness weights keep.
public struct Lowess: Sendable, Hashable {
  /// Share of the points in each neighbourhood, from 0 to 1.
  public let frac: Double
  /// Number of robustness iterations after the first fit.
  public let it: Int
  /// Points within `delta` of the last one fitted are interpolated instead; 0 fits every point, nil
  /// is the rules' own.
  public let delta: Double?
  /// Degree of the local polynomial: 0 (mean), 1 (line) or 2 (parabola).
  public let degree: Int
  public let rules: Rules

  public init(
    frac: Double = 2.0 / 3, it: Int = 3, delta: Double? = nil, degree: Int = 1,
    rules: Rules = .tare
  ) throws(TareError) {
    guard frac >= 0, frac <= 1 else {
      throw .usage("frac: expected a fraction of the points from 0 to 1, found \(frac)")
    }
    // The weights settle long before; more would only never end.
    guard (0...1000).contains(it) else {
      throw .usage("it: expected 0 to 1000 iterations, found \(it)")
    }
    if let delta, !(delta >= 0 && delta.isFinite) {
      throw .usage("delta: expected a finite distance of at least 0, found \(delta)")
    }
    guard (0...2).contains(degree) else {
      throw .usage("degree: expected 0 (mean), 1 (line) or 2 (parabola), found \(degree)")
    }
    self.frac = frac
    self.it = it
    self.delta = delta
    self.degree = degree
    self.rules = rules
  }

  /// The fitted curve of `y` on `x`.
  ///
  /// - Parameters:
  ///   - x: finite numbers in any order, [point].
  ///   - y: what is fitted, [point].
  ///   - weights: how much each point counts beside its distance and robustness, [point]; only their
  ///     ratios matter. A point of weight 0 has a fitted value and no say in any.
  ///   - standardErrors: whether the curve's standard errors are wanted.
  ///   - slopes: whether its derivative is wanted.
  /// - Throws: `TareError.badData` that names the first row (counted from 1) with a value that is
  ///   not finite or a negative weight, and for columns that are empty or of unequal length.
  public func fit(
    x: [Double], y: [Double], weights: [Double]? = nil, standardErrors: Bool = false,
    slopes: Bool = false
  ) throws(TareError) -> LowessFit {
    try fit(
      x, y, weights, standardErrors: standardErrors, slopes: slopes, everyPointDirectly: false)
  }

  /// The same with weights that do not decide how far a neighbourhood reaches: those of points off a
  /// curve that is found elsewhere.
  ///
  /// - Parameters:
  ///   - robustness: from 0 to 1, [point].
  ///   - sorted: the same x in order, from the fit before; nil for the first, which leaves it there.
  package func fit(
    x: [Double], y: [Double], robustness: [Double], standardErrors: Bool = false,
    sorted: inout SortedPoints?
  ) throws(TareError) -> LowessFit {
    let points =
      if let sorted {
        SortedPoints(sorted, y: y)
      } else {
        try points(x, y)
      }
    sorted = points
    return try fit(
      points, robustness: robustness, standardErrors: standardErrors, slopes: false,
      everyPointDirectly: false)
  }

  /// The points in order, for fits to one y after another.
  ///
  /// - Throws: as `fit`.
  package func points(x: [Double]) throws(TareError) -> SortedPoints {
    try Columns.check(["x": x])
    try Self.checkCount(x.count)
    return SortedPoints(x: x)
  }

  private func points(_ x: [Double], _ y: [Double]) throws(TareError) -> SortedPoints {
    try Columns.check(["x": x, "y": y])
    try Self.checkCount(x.count)
    return SortedPoints(x: x, y: y, weights: nil, rules: rules)
  }

  /// The same, every neighbourhood summed directly: about n times `frac` n operations. The reference
  /// that the fast fit is tested against.
  package func fitPlainly(
    x: [Double], y: [Double], weights: [Double]? = nil, standardErrors: Bool = false,
    slopes: Bool = false
  ) throws(TareError) -> LowessFit {
    try fit(
      x, y, weights, standardErrors: standardErrors, slopes: slopes, everyPointDirectly: true)
  }

  private func fit(
    _ x: [Double], _ y: [Double], _ weights: [Double]?, standardErrors: Bool, slopes: Bool,
    everyPointDirectly: Bool
  ) throws(TareError) -> LowessFit {
    try Self.check(x, y, weights)
    return try fit(
      SortedPoints(x: x, y: y, weights: weights, rules: rules), robustness: nil,
      standardErrors: standardErrors, slopes: slopes, everyPointDirectly: everyPointDirectly)
  }

  private func fit(
    _ points: SortedPoints, robustness: [Double]?, standardErrors: Bool, slopes: Bool,
    everyPointDirectly: Bool
  ) throws(TareError) -> LowessFit {
    var smoother = Smoother(
      self, points,
      robustness: robustness.map { robustness in
        points.order.map { robustness[Int($0)] }
      }, everyPointDirectly: everyPointDirectly)
    let curve = smoother.robustCurve(keepInfluence: standardErrors, keepSlopes: slopes)
    let errors = standardErrors ? smoother.standardErrors(of: curve) : nil
    let heldOut = standardErrors ? smoother.heldOut(of: curve) : nil
    guard curve.value.allSatisfy(\.isFinite) else { throw Self.overflow }
    return LowessFit(
      knotX: points.knotX, knotY: curve.value.map { $0 + points.middle },
      knotErrors: errors.map { $0.map(Self.known) },
      knotSlopes: slopes && degree > 0 ? curve.slope.map(Self.known) : nil,
      heldOut: heldOut, directFits: smoother.directFits, points: points)
  }

  static var overflow: TareError {
    .badData(
      place: "LOWESS", found: "values so large that the fit overflows",
      accepted: "x and y whose squares are in the range of a double")
  }

  private static func known(_ value: Double) -> Double? { value.isNaN ? nil : value }

  static func check(
    _ x: [Double], _ y: [Double], _ weights: [Double]?
  ) throws(TareError) {
    try Columns.check(["x": x, "y": y])
    if let weights { try check(weights, rows: x.count) }
    try checkCount(x.count)
  }

  private static func checkCount(_ count: Int) throws(TareError) {
    guard count <= Int(Int32.max) else {
      throw .badData(
        place: "LOWESS", found: "\(count) points", accepted: "at most \(Int32.max)")
    }
  }

  private static func check(_ weights: [Double], rows: Int) throws(TareError) {
    guard weights.count == rows else {
      throw .badData(
        place: "column weights", found: "\(weights.count) rows",
        accepted: "\(rows) rows, as many as x")
    }
    if let row = weights.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
      throw .badData(
        place: "column weights, row \(row + 1)", found: "\(weights[row])",
        accepted: "a finite number of at least 0")
    }
  }

  /// Neighbours in each local regression of `count` points.
  package func neighbours(of count: Int) -> Int {
    min(max(Int(frac * Double(count) + rules.roundingAid), 2), count)
  }
}
