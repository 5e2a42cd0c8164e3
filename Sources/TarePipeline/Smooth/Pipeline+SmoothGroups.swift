/// What `tare smooth` does by group: trends that are subtracted first, and turning points.
internal import TareCalibration
internal import TareCore
internal import TareFormats
internal import TareNumerics

extension SmoothRequest {
  /// Columns whose cells are numbers; one of dates is read as a whole.
  func numberColumns(of table: DataTable) throws(TareError) -> [String] {
    var columns: [String] = []
    for column in [x, y, weights, detrend].compactMap(\.self) {
      if try !SmoothColumn.isDate(column, in: table) { columns.append(column) }
    }
    return columns
  }
}

extension Pipeline {
  /// Wide, so that the seasons of a few years are averaged.
  private static let trendFrac = 2.0 / 3

  /// y less its own curve on a column, at the mean of that curve; in each group by itself.
  static func detrended(
    _ y: [Double], along time: [Double], _ weights: [Double]?, groups names: [String]?
  ) throws(TareError) -> [Double] {
    let lowess = try Lowess(frac: trendFrac, it: 3, delta: nil, degree: 1, rules: .tare)
    let groups = names.map { PromptGroups($0).rows } ?? [Array(y.indices)]
    var detrended = y
    for rows in groups {
      let own = weights.map { weights in rows.map { weights[$0] } }
      let curve = try lowess.fit(
        x: rows.map { time[$0] }, y: rows.map { y[$0] }, weights: own
      ).fitted
      let total = own?.reduce(0, +) ?? Double(curve.count)
      let mean = zip(curve, own ?? curve.map { _ in 1 }).reduce(0) { $0 + $1.0 * $1.1 } / total
      for (place, row) in rows.enumerated() { detrended[row] = y[row] - curve[place] + mean }
    }
    return detrended
  }

  /// Each group's turning points, with its own share of the points where that is chosen.
  func groupedTurns(
    _ comparison: CurveComparison, _ request: SmoothRequest, _ lowess: Lowess, _ x: [Double],
    _ y: [Double], _ weights: [Double]?
  ) throws(TareError) -> GroupedTurningPoints {
    let groups = comparison.groups
    let found = try ParallelParts.map(threads: 2, count: groups.count) {
      (index) throws(TareError) -> (name: String, lowess: Lowess, points: TurningPoints) in
      let rows = groups[index].rows.map(Int.init)
      let (ownX, ownY) = (rows.map { x[$0] }, rows.map { y[$0] })
      let ownWeights = weights.map { weights in rows.map { weights[$0] } }
      do throws(TareError) {
        var own = lowess
        if request.choosesFrac {
          own = try lowess.with(
            frac: lowess.choosingFrac(x: ownX, y: ownY, weights: ownWeights).frac)
        }
        let fit = try own.fit(x: ownX, y: ownY, weights: ownWeights, slopes: true)
        let points = try own.turningPoints(
          of: fit, x: ownX, y: ownY, weights: ownWeights, resamples: request.bootstrap,
          seed: request.seed)
        return (groups[index].name, own, points)
      } catch {
        throw error.inside("group '\(groups[index].name)'")
      }
    }
    return GroupedTurningPoints(found, seed: request.seed)
  }
}
