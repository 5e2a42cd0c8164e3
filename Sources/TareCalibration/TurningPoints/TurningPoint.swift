/// A place where a fitted curve turns.

/// A minimum or maximum of a LOWESS curve: its slope changes sign there.
package struct TurningPoint: Sendable, Hashable {
  package enum Kind: String, Sendable, Hashable {
    case minimum, maximum
  }

  package let kind: Kind
  /// Where it is, between two distinct x by a straight line through their slopes.
  package let x: Double
  /// The curve there.
  package let fitted: Double
  /// 95% for `x`, percentiles of the resamples that have this turning point; nil where fewer than 20
  /// have.
  package let interval: ClosedRange<Double>?
  /// Where it is in the resamples that have it, ascending.
  package let places: [Double]
  /// Share of the resamples that have it, from 0 to 1.
  package let share: Double
  /// Whether the slope is beyond its noise on both sides; see `TurningPoints`.
  package let isClear: Bool
  /// Whether the end of the data cuts the neighbourhood on one side. A local line then leans, and
  /// moves the turning point towards that end; a local parabola (degree 2) does so far less.
  package let isOneSided: Bool
}
