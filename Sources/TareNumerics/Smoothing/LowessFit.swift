/// A LOWESS curve.

/// The curve at the points it was fitted to.
public struct LowessFit: Sendable {
  /// The distinct x, [knot], ascending.
  public let knotX: [Double]
  /// The curve at each of them, [knot].
  public let knotY: [Double]
  /// The standard error of the curve, [knot]; nil where the curve goes through a point because too
  /// few neighbours have any weight. The array is nil unless it was asked for.
  public let knotErrors: [Double?]?
  /// The derivative of the local polynomial at its centre, [knot], nil as above. The array is nil
  /// unless it was asked for and the degree is 1 or 2.
  public let knotSlopes: [Double?]?
  /// What the fit says of each point without that point; nil unless standard errors were asked for.
  package let heldOut: HeldOutResiduals?
  /// Local regressions that were summed point by point because the fast sums would have lost
  /// digits, over all passes.
  public let directFits: Int
  let points: SortedPoints

  /// The curve at each point, [point], in the order of the input.
  public var fitted: [Double] { points.inInputOrder(knotY, otherwise: 0) }

  /// The standard error at each point, [point], as `knotErrors`.
  public var standardErrors: [Double?]? {
    knotErrors.map { points.inInputOrder($0, otherwise: nil) }
  }
}
