/// One of the curves of an additive model.
internal import TareCore
internal import TareNumerics

/// A LOWESS curve that is fitted many times, to what the other curves and the prompts' levels leave.
///
/// By this program's rules a fit depends on nothing but the weights and the weighted sums at each
/// distinct value of the covariate, of which there are few where it is a count: the curve is kept at
/// those, and a fit never looks at the rows. By other programs' rules it is kept at each row.
struct BackfittingTerm {
  /// Where in `curve` each row is, [row].
  let places: [Int32]
  /// The curve, [place].
  private(set) var curve: [Double]
  /// Its standard errors, where they are known: other curves are taken as known, prompts' levels are
  /// allowed for about. [place]
  private(set) var errors: [Double?] = []

  private let lowess: Lowess
  /// The covariate on its scale, [row].
  private let column: [Double]
  private var points: SortedPoints?
  /// Rows at each place, [place].
  let counts: [Double]
  /// Nil by other programs' rules.
  private var smoother: KnotSmoother?
  private var weights: [Double] = []

  /// - Parameters:
  ///   - column: the covariate on its scale, [row].
  ///   - lowess: without robustness iterations.
  init(_ column: [Double], _ lowess: Lowess) throws(TareError) {
    self.column = column
    self.lowess = lowess
    guard lowess.rules == .tare else {
      places = (0..<Int32(column.count)).map(\.self)
      counts = column.map { _ in 1 }
      curve = column.map { _ in 0 }
      return
    }
    let points = try lowess.points(x: column)
    self.points = points
    places = points.knotOfRow
    counts = points.knotX.indices.map { Double(points.points(of: $0).count) }
    curve = points.knotX.map { _ in 0 }
  }

  /// Whether the sums that it is fitted to are weighted; otherwise those of single rows.
  var isWeighted: Bool { points != nil && lowess.rules == .tare }

  /// Sets how much each row counts beside its distance, [row].
  mutating func weigh(_ weights: [Double]) {
    self.weights = weights
    if lowess.rules == .tare, let points {
      // Its weights are one a row.
      smoother = nil
      smoother = KnotSmoother(lowess, points, robustness: weights)
    }
  }

  /// Ends the fits by these weights: what was made of them takes as much memory as the rows.
  mutating func forgetWeights() { smoother = nil }

  /// Fits the curve anew, and centres it over the rows.
  ///
  /// - Parameters:
  ///   - rests: what is left when it is taken off too, summed at each place, [place].
  ///   - partial: what is left without it, [row].
  /// - Returns: how far the curve has moved, at most.
  mutating func smooth(
    _ rests: [Double], _ partial: () -> [Double]
  ) throws(TareError) -> Double {
    var next: [Double]
    if var smoother {
      next = try smoother.curve(rests, around: curve) { means(of: partial()) }
    } else {
      next = try lowess.fit(
        x: column, y: zip(rests, curve).map { $0 + $1 }, robustness: weights, sorted: &points
      ).fitted
    }
    var sum = 0.0
    for place in next.indices { sum += counts[place] * next[place] }
    let mean = sum / Double(places.count)
    var moved = 0.0
    for place in next.indices {
      next[place] -= mean
      moved = max(moved, abs(next[place] - curve[place]))
    }
    curve = next
    return moved
  }

  /// - Parameter curve: centred over the rows, [place].
  mutating func move(to curve: [Double]) { self.curve = curve }

  /// The plain mean of the rows at each place.
  private func means(of values: [Double]) -> [Double] {
    var sums = [Double](repeating: 0, count: curve.count)
    for (row, place) in places.enumerated() { sums[Int(place)] += values[row] }
    return zip(sums, counts).map { $0 / $1 }
  }

  /// Finds the standard errors.
  ///
  /// - Parameters:
  ///   - partial: what is left without the curve, [row].
  ///   - inflation: what they are multiplied by.
  mutating func findErrors(
    of partial: consuming [Double], _ weights: [Double], inflation: Double
  ) throws(TareError) {
    smoother = nil
    let fit = try lowess.fit(
      x: column, y: partial, robustness: weights, standardErrors: true, sorted: &points)
    let found = lowess.rules == .tare ? fit.knotErrors : fit.standardErrors
    errors = (found ?? []).map { $0.map { $0 * inflation } }
  }

  /// The curve over the covariate as the rows have it.
  func curve(over values: [Double], _ scale: Scale) -> Curve {
    if scale == .char, lowess.rules == .tare, let points {
      return Curve(x: points.knotX, bias: curve, errors: errors)
    }
    return Curve(
      rows: values, bias: places.map { curve[Int($0)] },
      errors: errors.isEmpty ? [] : places.map { errors[Int($0)] })
  }
}
