/// Curves that go one way only.
internal import TareNumerics

extension Curve {
  /// The nearest curve that goes one way only; each knot counts as many rows as lie nearest to it.
  func made(_ direction: CalibratorOptions.Direction, for column: [Double]) -> Curve {
    guard case .knots(var knots) = self else { return self }
    var weights = [Double](repeating: 1e-9, count: knots.x.count)
    var knot = 0
    for value in column.sorted() {
      while knot + 1 < knots.x.count, knots.x[knot + 1] - value <= value - knots.x[knot] {
        knot += 1
      }
      weights[knot] += 1
    }
    knots.bias =
      switch direction {
      case .increasing: Isotonic.increasing(knots.bias, weights: weights)
      case .decreasing: Isotonic.decreasing(knots.bias, weights: weights)
      }
    return .knots(knots)
  }
}
