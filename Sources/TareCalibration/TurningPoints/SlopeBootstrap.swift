/// Resamples of the rows, each with its curve's slopes and turns.
internal import TareCore
internal import TareNumerics

/// Draws rows with replacement and fits them again.
struct SlopeBootstrap {
  private let lowess: Lowess
  /// Ascending, [point]; y and weights likewise.
  private let x: [Double]
  private let y: [Double]
  private let weights: [Double]?
  private var random: Xoshiro256

  init(_ lowess: Lowess, x: [Double], y: [Double], weights: [Double]?, seed: UInt64) {
    // Which row a random number draws must not depend on the file's order.
    let order = SortOrder.ascending(by: [x, y] + (weights.map { [$0] } ?? []))
    self.lowess = lowess
    self.x = order.map { x[Int($0)] }
    self.y = order.map { y[Int($0)] }
    self.weights = weights.map { weights in order.map { weights[Int($0)] } }
    random = Xoshiro256(seed: seed)
  }

  /// Places at which the slope's noise is measured, at most.
  private static let places = 200

  /// - Parameter curve: that of the data, about which the slopes are looked at.
  mutating func sample(_ count: Int, of curve: SlopedCurve) throws(TareError) -> SlopeSample {
    let places = curve.places(atMost: Self.places)
    var sample = SlopeSample(places: places, flat: curve.flat)
    let settings = try resampledSettings
    for _ in 0..<count {
      let rows = drawnRows()
      let fit = try settings.fit(
        x: rows.map { x[$0] }, y: rows.map { y[$0] },
        weights: weights.map { weights in rows.map { weights[$0] } }, slopes: true)
      sample.add(curve.resampled(fit))
    }
    return sample
  }

  /// As many rows as there are, ascending.
  private mutating func drawnRows() -> [Int] {
    var times = [Int32](repeating: 0, count: x.count)
    for _ in x.indices { times[random.next(below: x.count)] += 1 }
    var rows: [Int] = []
    rows.reserveCapacity(x.count)
    for (row, times) in times.enumerated() {
      for _ in 0..<times { rows.append(row) }
    }
    return rows
  }

  /// See `Lowess.turningPoints`.
  private var resampledSettings: Lowess {
    get throws(TareError) {
      let distinct = zip(x, x.dropFirst()).count { $0 < $1 } + 1
      let neighbours = lowess.neighbours(of: x.count)
      guard distinct > 1000, neighbours < x.count else { return lowess }
      let widths = zip(x, x.dropFirst(neighbours - 1)).lazy.map { $1 - $0 }
      let delta = (widths.min() ?? 0) / 20
      let own = lowess.delta ?? lowess.rules.defaultDelta(x)
      return try Lowess(
        frac: lowess.frac, it: lowess.it, delta: max(own, delta), degree: lowess.degree,
        rules: lowess.rules)
    }
  }
}

extension SlopedCurve {
  /// The curve of a resample, by the same measure of what is flat.
  fileprivate func resampled(_ fit: LowessFit) -> SlopedCurve {
    SlopedCurve(fit, fit.knotSlopes ?? [], flat: flat)
  }
}
