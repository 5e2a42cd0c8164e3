/// Where a LOWESS curve turns, and how sure that is.
package import TareCore
package import TareNumerics

/// The turning points of a curve, by a bootstrap over rows.
///
/// A turning point is where the slope, the derivative of the local polynomial at its centre, changes
/// its sign. Any curve through noise has some that mean nothing, so each is put to two tests, over
/// resamples of the rows with replacement, each fitted as the data were:
///
/// - Share: in how many resamples the curve has a turning point of the same kind between this one's
///   neighbours of the other kind. Of several the lowest minimum, or highest maximum, is meant, since
///   wiggles about it are noise. Its places there give the interval.
/// - Clear or not: whether the slope is beyond its noise somewhere on either side, before the next
///   clear turning point. Its noise is the 90% band that holds for all places at once: as many
///   standard deviations of the resampled slopes as 90% of the resamples stay within everywhere. A
///   slope that never changes sign leaves it on the wrong side in 5% of cases, so about as many
///   curves without a turning point are given a clear one. The idea is that of SiZer (Chaudhuri and
///   Marron 1999, JASA 94:807).
///
/// A share alone is not enough: resamples repeat the noise of the data, and a wiggle comes back in
/// more than half of them. Slopes below 1e-9 of y's range over x's range are taken as 0, so that a
/// plateau has no turning points; where a plateau parts a fall from a rise, its middle is taken.
///
/// The bootstrap knows nothing of bias: where the neighbourhoods are wider than a bend, the curve,
/// and with it the turning point, is off by more than the interval says.
package struct TurningPoints: Sendable, Hashable {
  /// Ascending in x; all changes of sign but those next to a clear turning point that only wiggle
  /// about it.
  package let all: [TurningPoint]
  /// Resamples behind them.
  package let resamples: Int

  package var clear: [TurningPoint] { all.filter(\.isClear) }
}

extension TurningPoints {
  /// Resamples that a table of so many rows gets: 1,000 up to 5,000 rows, fewer for large tables, and
  /// 200 from 25,000 rows on, which leaves five beyond either end of an interval.
  package static func usualResamples(rows: Int) -> Int {
    min(1000, max(200, 5_000_000 / max(1, rows)))
  }
}

extension Lowess {
  /// The turning points of a curve that this fit gave.
  ///
  /// Resamples of more than 1,000 distinct x are interpolated within a twentieth of the narrowest
  /// neighbourhood, a tenth of its bandwidth h. Straight lines that long miss a bent curve by up to
  /// h² f'' / 800, where the smoothing itself flattens it by about h² f'' / 14.
  ///
  /// - Parameters:
  ///   - fit: the curve, fitted with slopes to the same `x`, `y` and `weights`, [point].
  ///   - resamples: at least 20; nil for the usual number.
  /// - Throws: `TareError.usage` for degree 0, whose curve has no slope, for a fit without slopes and
  ///   for too few resamples.
  package func turningPoints(
    of fit: LowessFit, x: [Double], y: [Double], weights: [Double]? = nil, resamples: Int? = nil,
    seed: UInt64 = 1
  ) throws(TareError) -> TurningPoints {
    guard let slopes = fit.knotSlopes else {
      throw .usage("turning points require a curve with slopes: degree 1 or 2")
    }
    let count = resamples ?? TurningPoints.usualResamples(rows: x.count)
    guard count >= 20 else {
      throw .usage("resamples: expected at least 20, found \(count)")
    }
    let curve = SlopedCurve(fit, slopes, flat: flatSlope(x, y))
    let turns = curve.turns
    guard !turns.isEmpty else { return TurningPoints(all: [], resamples: count) }
    var bootstrap = SlopeBootstrap(self, x: x, y: y, weights: weights, seed: seed)
    let sample = try bootstrap.sample(count, of: curve)
    let clear = curve.clearTurns(signs: sample.signs)
    let others = turns.filter { turn in
      !clear.contains { $0.turn == turn || $0.gap.contains(turn.x) }
    }
    let sorted = x.sorted()
    let reach = neighbours(of: x.count) / 2
    let described = { (turn: Turn, basin: ClosedRange<Double>, isClear: Bool) in
      let places = sample.places(of: turn.kind, within: basin)
      let below = sorted.firstIndex { $0 > turn.x } ?? sorted.count
      return TurningPoint(
        kind: turn.kind, x: turn.x, fitted: turn.fitted,
        interval: places.count < 20 ? nil : places.quantile(0.025)...places.quantile(0.975),
        places: places, share: Double(places.count) / Double(count), isClear: isClear,
        isOneSided: min(below, sorted.count - below) < reach)
    }
    let all =
      basins(clear.map(\.turn), curve).map { described($0.turn, $0.basin, true) }
      + basins(turns, curve).filter { others.contains($0.turn) }
      .map { described($0.turn, $0.basin, false) }
    return TurningPoints(all: all.sorted { $0.x < $1.x }, resamples: count)
  }

  /// Each turn with the stretch between its neighbours, or the ends of the data.
  private func basins(
    _ turns: [Turn], _ curve: SlopedCurve
  ) -> [(turn: Turn, basin: ClosedRange<Double>)] {
    turns.indices.map { index in
      let left = index > 0 ? turns[index - 1].x : curve.first
      let right = index + 1 < turns.count ? turns[index + 1].x : curve.last
      return (turns[index], min(left, turns[index].x)...max(right, turns[index].x))
    }
  }

  /// Slopes up to this are rounding.
  private func flatSlope(_ x: [Double], _ y: [Double]) -> Double {
    guard let left = x.min(), let right = x.max(), let low = y.min(), let high = y.max(),
      right > left
    else { return .infinity }
    return 1e-9 * (high - low) / (right - left)
  }
}
