/// A point of a plot, and curves through points.

package struct PlotPoint: Sendable, Hashable {
  package var x: Double
  package var y: Double

  package init(x: Double, y: Double) {
    self.x = x
    self.y = y
  }

  var isFinite: Bool { x.isFinite && y.isFinite }
}

extension [PlotPoint] {
  /// The curve through these knots: straight between them, constant beyond the outer ones.
  ///
  /// - Parameter x: where; the knots' own x ascend.
  /// - Returns: nil where there are no knots.
  func interpolated(at x: Double) -> Double? {
    guard let first, let last else { return nil }
    guard let right = firstIndex(where: { $0.x >= x }) else { return last.y }
    guard right > 0 else { return first.y }
    let (a, b) = (self[right - 1], self[right])
    return a.y + (x - a.x) / (b.x - a.x) * (b.y - a.y)
  }
}
