/// The fitted curve as people look at it: at some places, with its band and the rows behind it.
package import TareCore
internal import TareNumerics

/// LOWESS of the score on a covariate at up to 20 places, each the middle of as many rows.
package struct CurveBand: Sendable, Hashable {
  package struct Place: Sendable, Hashable {
    package let x: Double
    package let fitted: Double
    /// 95%, of the curve and not of single scores; nil where the local fit has no error.
    package let interval: ClosedRange<Double>?
    /// Rows of the stretch that it is the middle of.
    package let rows: Int
  }

  package let places: [Place]

  private static let most = 20

  /// - Returns: nil where no curve can be fitted.
  init?(of table: CalibrationTable, _ covariate: Int) {
    // Of large tables the curve is straight over a two-hundredth of its range.
    let column = table.columns[covariate]
    let range = (column.max() ?? 0) - (column.min() ?? 0)
    guard let lowess = try? Lowess(frac: 2.0 / 3, delta: table.count > 100_000 ? range / 200 : 0),
      let curve = try? lowess.curve(of: table.scores, over: covariate, of: table, .char),
      let knots = curve.knots
    else { return nil }
    let sorted = SortOrder.ascending(column).sorted
    let count = min(Self.most, sorted.count)
    var places: [Place] = []
    for bin in 0..<count {
      let rows = bin * sorted.count / count..<(bin + 1) * sorted.count / count
      let middle = sorted[(rows.lowerBound + rows.upperBound) / 2]
      guard let knot = knots.x.nearest(to: middle) else { continue }
      let error = knots.errors.isEmpty ? nil : knots.errors[knot]
      var before = 0
      // Bins of one value are one place.
      if let last = places.last, last.x == knots.x[knot] { before = places.removeLast().rows }
      places.append(
        Place(
          x: knots.x[knot], fitted: knots.bias[knot],
          interval: error.map { (knots.bias[knot] - 1.96 * $0)...(knots.bias[knot] + 1.96 * $0) },
          rows: before + rows.count))
    }
    self.places = places
  }

  package var json: JSONValue {
    .array(
      places.map { place in
        [
          "x": .double(place.x), "fitted": .double(place.fitted),
          "interval": place.interval?.json ?? .null, "rows": .int(place.rows),
        ]
      })
  }
}

extension ClosedRange<Double> {
  var json: JSONValue { [.double(lowerBound), .double(upperBound)] }
}

extension [Double] {
  /// The place of the nearest of ascending values; nil where there is none.
  fileprivate func nearest(to value: Double) -> Int? {
    let right = firstPlace(notLeftOf: value)
    guard right < count else { return indices.last }
    return right > 0 && value - self[right - 1] < self[right] - value ? right - 1 : right
  }
}
