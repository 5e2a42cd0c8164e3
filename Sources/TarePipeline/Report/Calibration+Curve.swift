/// What a calibration takes off, as plots draw it.
internal import TareCalibration
internal import TareReport

extension Calibration {
  /// The curve over the first covariate, at the level of the scores, x ascending; empty where nothing is
  /// taken off, or no curve says what.
  ///
  /// - Parameter points: the covariate and the score.
  func curve(through points: some Collection<(x: Double, y: Double)>) -> [PlotPoint] {
    guard gamma != 0 else { return [] }
    let drawn = Set(points.lazy.map(\.x)).sorted().compactMap { value in
      bias(at: value).map { PlotPoint(x: value, y: $0) }
    }
    guard !drawn.isEmpty else { return [] }
    let level =
      points.reduce(0) { $0 + $1.y - (bias(at: $1.x) ?? 0) } / Double(points.count)
    return drawn.map { PlotPoint(x: $0.x, y: $0.y + level) }
  }
}
