/// A fitted curve at any place within its data.

/// A LOWESS curve at one place.
public struct CurvePlace: Sendable, Hashable {
  public let x: Double
  public let fitted: Double
  /// Standard error of `fitted`; nil where the curve has none, or none was asked for.
  public let error: Double?
  /// The derivative, nil likewise.
  public let slope: Double?

  /// 95%, of the curve and not of single points.
  public var band: ClosedRange<Double>? {
    error.map { (fitted - 1.96 * $0)...(fitted + 1.96 * $0) }
  }
}

extension LowessFit {
  /// The curve at each distinct x, ascending.
  public var places: [CurvePlace] { knotX.indices.map(place) }

  /// The curve at `x`, straight between the distinct x on either side; nil beyond the data.
  public func place(at x: Double) -> CurvePlace? {
    guard let first = knotX.first, let last = knotX.last, first <= x, x <= last else { return nil }
    let high = knotX.firstPlace(notLeftOf: x)
    if x == knotX[high] { return place(high) }
    let low = high - 1
    let share = (x - knotX[low]) / (knotX[high] - knotX[low])
    let (left, right) = (place(low), place(high))
    func between(_ left: Double?, _ right: Double?) -> Double? {
      guard let left, let right else { return nil }
      return (1 - share) * left + share * right
    }
    return CurvePlace(
      x: x, fitted: (1 - share) * left.fitted + share * right.fitted,
      error: between(left.error, right.error), slope: between(left.slope, right.slope))
  }

  private func place(_ knot: Int) -> CurvePlace {
    CurvePlace(
      x: knotX[knot], fitted: knotY[knot], error: knotErrors?[knot], slope: knotSlopes?[knot])
  }
}
