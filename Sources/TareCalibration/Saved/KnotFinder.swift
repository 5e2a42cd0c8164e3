/// Finds knots of a curve for millions of values.

/// The range of the knots is cut into equal cells, each of which knows its first knot: what is left to
/// search is one cell. As cells ascend with their values, rounding included, that finds the same knot as
/// a search among all.
struct KnotFinder {
  private let knots: Curve.Knots
  /// The first knot of each cell and, last, the number of knots, [cell + 1].
  private let starts: [Int32]
  /// Cells a unit; 0 where there is but one.
  private let scale: Double

  init(_ knots: Curve.Knots) {
    self.knots = knots
    let x = knots.x
    let range = x[x.count - 1] - x[0]
    let cells = range > 0 && (Double(4 * x.count) / range).isFinite ? 4 * x.count : 1
    scale = cells > 1 && range.isFinite ? Double(cells) / range : 0
    var starts = [Int32](repeating: Int32(x.count), count: cells + 1)
    for knot in x.indices.reversed() {
      starts[Self.cell(of: x[knot], from: x[0], scale, cells)] = Int32(knot)
    }
    for cell in (0..<cells).reversed() { starts[cell] = min(starts[cell], starts[cell + 1]) }
    self.starts = starts
  }

  @inline(__always)
  private static func cell(
    of value: Double, from first: Double, _ scale: Double, _ cells: Int
  ) -> Int {
    guard scale > 0 else { return 0 }
    return Int(min(max((value - first) * scale, 0), Double(cells - 1)))
  }

  /// What `Curve.Knots.interpolated(at:)` gives.
  func bias(at value: Double) -> Double {
    let x = knots.x
    let cell = Self.cell(of: value, from: x[0], scale, starts.count - 1)
    var (place, end) = (Int(starts[cell]), Int(starts[cell + 1]))
    while place < end {
      let middle = (place + end) / 2
      if x[middle] < value { place = middle + 1 } else { end = middle }
    }
    return knots.interpolated(at: value, notLeftOf: place)
  }
}
