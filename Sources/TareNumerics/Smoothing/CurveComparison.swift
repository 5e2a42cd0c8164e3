/// Whether groups of points follow different curves.
package import TareCore

/// A curve for each group beside the one through all points, and a test that they differ.
///
/// The statistic is the mean squared distance of the groups' curves from the common one at the points. Its
/// distribution, were there but one curve, comes from a wild bootstrap (Wu 1986; Härdle and Mammen 1993): y is
/// made anew as the common curve plus each point's held-out residual with a random sign, and everything is
/// fitted again. So smoothing bias, which differs between groups whose x lie elsewhere, is in both.
package struct CurveComparison: Sendable {
  package struct Group: Sendable {
    package let name: String
    /// Rows, ascending.
    package let rows: [Int32]
    package let fit: LowessFit
  }

  package let groups: [Group]
  /// The root of the mean squared distance, in units of y.
  package let distance: Double
  /// The chance of such a distance with one curve for all: (1 + resamples that reach it) / (1 + resamples).
  package let p: Double
  package let resamples: Int
  /// Points that were tested, where they are not all.
  package let sample: Int?

  /// Of more points, so many are drawn for the test; the curves are of all.
  package static let usuallyTested = 50_000

  static func usualResamples(points: Int) -> Int { min(999, max(199, 2_000_000 / max(1, points))) }

  /// - Parameters:
  ///   - names: the group of each point, [point].
  ///   - resamples: nil for the usual number: 999 up to 2,000 points, 199 from 10,000 on.
  ///   - mostTested: points that are tested at most.
  ///   - ignoresLevels: whether curves that differ by no more than a constant are the same: the test is of y less
  ///     each group's mean distance from the common curve, and distances are less their mean in the group.
  /// - Throws: as `Lowess.fit`, and `TareError.badData` for fewer than two groups, and for a group of fewer than
  ///   ten points.
  package init(
    _ lowess: Lowess, x: [Double], y: [Double], weights: [Double]? = nil, names: [String],
    resamples: Int? = nil, seed: UInt64 = 1, mostTested: Int = CurveComparison.usuallyTested,
    ignoresLevels: Bool = false
  ) throws(TareError) {
    let groups = PromptGroups(names)
    guard groups.count > 1 else {
      throw .badData(
        place: "the groups", found: "\(groups.count) value", accepted: "at least two values")
    }
    let rows = groups.rows
    var fitted: [Group] = []
    for (group, own) in rows.enumerated() {
      let own = own.map(Int32.init)
      guard own.count >= 10 else {
        throw .badData(
          place: "group '\(groups.ids[group])'", found: "\(own.count) rows",
          accepted: "at least 10 rows for a curve")
      }
      let fit = try lowess.fit(
        x: x.taking(own), y: y.taking(own), weights: weights?.taking(own), standardErrors: true,
        slopes: true)
      fitted.append(Group(name: groups.ids[group], rows: own, fit: fit))
    }
    self.groups = fitted
    var random = Xoshiro256(seed: seed)
    var tested = (0..<Int32(x.count)).map(\.self)
    if x.count > mostTested {
      tested = tested.filter { _ in random.next(below: x.count) < mostTested }
      sample = tested.count
    } else {
      sample = nil
    }
    let test = try GroupedFits(
      lowess, x.taking(tested), weights?.taking(tested), groups.groupOfRow.taking(tested),
      ignoresLevels: ignoresLevels)
    let own = try ignoresLevels ? test.levelled(y.taking(tested)) : y.taking(tested)
    let common = try test.common(own)
    let observed = try test.distance(own, common.fitted)
    let count = resamples ?? Self.usualResamples(points: tested.count)
    let seeds = (0..<count).map { _ in random.next() }
    let reached = try ParallelParts.map(threads: 2, count: count) {
      (resample) throws(TareError) -> Bool in
      var random = Xoshiro256(seed: seeds[resample])
      let made = own.indices.map { point in
        common.fitted[point] + (random.next() >> 63 == 0 ? 1 : -1) * common.residuals[point]
      }
      // Equal distances that rounding parts are equal.
      return try test.distance(made, test.common(made).fitted) >= observed * (1 - 1e-12)
    }
    distance = observed.squareRoot()
    p = Double(1 + reached.count { $0 }) / Double(1 + count)
    self.resamples = count
  }
}

/// Fits of all points and of each group, to one y after another.
private struct GroupedFits {
  private let lowess: Lowess
  private let x: [Double]
  private let weights: [Double]?
  private let groups: [[Int32]]
  private let ignoresLevels: Bool

  init(
    _ lowess: Lowess, _ x: [Double], _ weights: [Double]?, _ groupOfRow: [Int32],
    ignoresLevels: Bool
  ) throws(TareError) {
    (self.lowess, self.x, self.weights) = (lowess, x, weights)
    self.ignoresLevels = ignoresLevels
    var groups: [Int32: [Int32]] = [:]
    for (row, group) in groupOfRow.enumerated() { groups[group, default: []].append(Int32(row)) }
    self.groups = groups.keys.sorted().compactMap { groups[$0] }
  }

  /// The curve through all points, and what each lies off it without itself, [point].
  func common(
    _ y: [Double]
  ) throws(TareError) -> (fitted: [Double], residuals: [Double]) {
    let fit = try lowess.fit(x: x, y: y, weights: weights, standardErrors: true)
    let fitted = fit.fitted
    let residuals = fit.heldOutResiduals ?? []
    return (fitted, residuals.enumerated().map { $1.isNaN ? y[$0] - fitted[$0] : $1 })
  }

  /// y less each group's mean distance from the common curve, which is then fitted to it. A few rounds suffice,
  /// as the curve follows a group's level only where it has most of the points.
  func levelled(_ y: [Double]) throws(TareError) -> [Double] {
    var levelled = y
    for _ in 0..<8 {
      let fitted = try lowess.fit(x: x, y: levelled, weights: weights).fitted
      for rows in groups {
        let level = mean(rows) { levelled[Int($0)] - fitted[Int($0)] }
        for row in rows { levelled[Int(row)] -= level }
      }
    }
    return levelled
  }

  private func mean(_ rows: [Int32], _ value: (Int32) -> Double) -> Double {
    var (sum, total) = (0.0, 0.0)
    for row in rows {
      let weight = weights?[Int(row)] ?? 1
      sum += weight * value(row)
      total += weight
    }
    return total > 0 ? sum / total : 0
  }

  /// The mean squared distance of the groups' curves from the common one.
  func distance(_ y: [Double], _ common: [Double]) throws(TareError) -> Double {
    var (sum, total) = (0.0, 0.0)
    for rows in groups {
      let fitted = try lowess.fit(
        x: x.taking(rows), y: y.taking(rows), weights: weights?.taking(rows)
      ).fitted
      let differences = rows.indices.map { fitted[$0] - common[Int(rows[$0])] }
      var level = 0.0
      if ignoresLevels {
        var total = 0.0
        for (place, row) in rows.enumerated() {
          level += (weights?[Int(row)] ?? 1) * differences[place]
          total += weights?[Int(row)] ?? 1
        }
        level = total > 0 ? level / total : 0
      }
      for (place, row) in rows.enumerated() {
        let weight = weights?[Int(row)] ?? 1
        let difference = differences[place] - level
        sum += weight * difference * difference
        total += weight
      }
    }
    return total > 0 ? sum / total : 0
  }
}
