/// LOWESS by this program's own rules: ties, the order of points, and case weights.
import Foundation
import TareCalibration
import TareCore
import TareNumerics
import TareTesting
import Testing

/// The rules as they are written down, one point after another in any order of the points.
private struct PlainRules {
  let x: [Double]
  let y: [Double]
  let weights: [Double]
  let frac: Double
  let it: Int
  let degree: Int

  /// [point].
  var fitted: [Double] {
    var robustness = x.map { _ in 1.0 }
    var fit = curve(robustness)
    for _ in 0..<it {
      var residuals = zip(y, fit).map { abs($0 - $1) }
      let rounding = 1e-12 * ((y.max() ?? 0) - (y.min() ?? 0))
      for row in residuals.indices where residuals[row] <= rounding { residuals[row] = 0 }
      let scale = 6 * median(residuals)
      guard scale.isFinite else { break }
      robustness = residuals.map { residual in
        guard scale > 0 else { return residual > 0 ? 0 : 1 }
        let u = residual / scale
        return u < 1 ? (1 - u * u) * (1 - u * u) : 0
      }
      fit = curve(robustness)
    }
    return fit
  }

  /// Of as many copies of each value as its weight says, in units of a 64th.
  private func median(_ residuals: [Double]) -> Double {
    var copies: [Double] = []
    for (residual, weight) in zip(residuals, weights) {
      copies += [Double](repeating: residual, count: Int((weight * 64).rounded()))
    }
    copies.sort()
    guard !copies.isEmpty else { return .nan }
    return (copies[(copies.count - 1) / 2] + copies[copies.count / 2]) / 2
  }

  /// The weight of all points within a distance.
  private func mass(_ distances: [Double], within reach: Double) -> Double {
    var mass = 0.0
    for row in distances.indices where distances[row] <= reach { mass += weights[row] }
    return mass
  }

  /// The least weight of any distinct x.
  private var unit: Double {
    var masses: [Double: Double] = [:]
    for row in x.indices { masses[x[row], default: 0] += weights[row] }
    return masses.values.filter { $0 > 0 }.min() ?? 0
  }

  private func curve(_ robustness: [Double]) -> [Double] {
    let total = weights.reduce(0, +)
    let wanted = frac * total - unit + 1e-10 * unit + 1e-14 * total
    var known: [Double: Double] = [:]
    return x.map { centre in
      if let value = known[centre] { return value }
      let distances = x.map { abs($0 - centre) }
      let reach = distances.sorted().first { mass(distances, within: $0) > wanted }
      let value = local(centre, distances, total > 0 ? reach ?? 0 : 0, robustness)
      known[centre] = value
      return value
    }
  }

  private func local(
    _ centre: Double, _ distances: [Double], _ bandwidth: Double, _ robustness: [Double]
  ) -> Double {
    let unit = weights.max() ?? 1
    let whole = x.indices.map { row -> Double in
      let u = bandwidth > 0 ? min(1, distances[row] / bandwidth) : distances[row] == 0 ? 0 : 1
      let base = 1 - u * u * u
      return base * base * base * robustness[row] * weights[row] / max(unit, 1e-300)
    }
    let counted = Set(x.indices.filter { whole[$0] > 1e-12 }.map { x[$0] })
    let isElsewhere = counted.count == 1 && counted.first != centre
    if bandwidth > 0, counted.count > 1 || isElsewhere && countsTwice(whole) {
      return line(centre, whole)
    }
    let here = x.indices.filter { x[$0] == centre }
    for weights in [zip(weights, robustness).map { $0 * $1 }, weights, x.map { _ in 1.0 }] {
      let total = here.reduce(0) { $0 + weights[$1] }
      if total > 0 { return here.reduce(0) { $0 + weights[$1] * y[$1] } / total }
    }
    return .nan
  }

  private func countsTwice(_ whole: [Double]) -> Bool {
    var left = 0.0
    for row in whole.indices where whole[row] > 1e-12 { left += weights[row] }
    return left > 1.999999 * unit
  }

  /// Weighted least squares by orthogonal powers.
  private func line(_ centre: Double, _ whole: [Double]) -> Double {
    let total = whole.reduce(0, +)
    func mean(_ values: [Double]) -> Double {
      zip(whole, values).reduce(0) { $0 + $1.0 * $1.1 } / total
    }
    let meanY = mean(y)
    guard degree > 0 else { return meanY }
    let meanX = mean(x)
    let u = x.map { $0 - meanX }
    let centred = y.map { $0 - meanY }
    let variance = max(mean(u.map { $0 * $0 }), 1e-12)
    let at = centre - meanX
    return meanY + mean(zip(u, centred).map { $0 * $1 }) / variance * at
  }
}

/// Small tables of counts and scores, with more or fewer ties.
struct TiedData {
  var x: [Double] = []
  var y: [Double] = []
  /// Whole numbers.
  var weights: [Double] = []

  init(seed: UInt64, most: Int = 60) {
    var random = SplitMix(state: seed)
    let count = Int.random(in: 2...most, using: &random)
    let shares: [Double] = [0, 0.5, 0.8, 0.95]
    let share = shares.randomElement(using: &random) ?? 0
    let ranges: [Int] = [2, 5, 20, 1000]
    let values = ranges.randomElement(using: &random) ?? 2
    // Scores with two digits tie, too.
    let units: [Double] = [1, 100, 1e6]
    let digits = units.randomElement(using: &random) ?? 1
    for _ in 0..<count {
      let isCommon = Double.random(in: 0..<1, using: &random) < share
      let value = isCommon ? 0 : Double(Int.random(in: 0...values, using: &random))
      x.append(value)
      let noise = Double.random(in: -2...2, using: &random)
      y.append(((0.3 * value + noise) * digits).rounded() / digits)
      weights.append(Double(Int.random(in: 1...4, using: &random)))
    }
  }

  /// The same points in another order.
  func shuffled(_ seed: UInt64) -> (data: TiedData, rows: [Int]) {
    var random = SplitMix(state: seed)
    let rows = x.indices.shuffled(using: &random)
    var data = self
    data.x = rows.map { x[$0] }
    data.y = rows.map { y[$0] }
    data.weights = rows.map { weights[$0] }
    return (data, rows)
  }

  /// As many points as the weights say.
  var repeated: (x: [Double], y: [Double]) {
    let rows = x.indices.flatMap { [Int](repeating: $0, count: Int(weights[$0])) }
    return (rows.map { x[$0] }, rows.map { y[$0] })
  }

  var range: Double { max((y.max() ?? 0) - (y.min() ?? 0), 1e-12) }

  /// Whether no neighbourhood of `frac` of the points cuts a tie, or lies at one x.
  func isUncut(frac: Double) -> Bool {
    let count = min(max(Int(frac * Double(x.count) + 1e-10), 2), x.count)
    return Set(x).allSatisfy { centre in
      let distances = x.map { abs($0 - centre) }.sorted()
      return distances[count - 1] > 0
        && (count == distances.count || distances[count] > distances[count - 1])
    }
  }
}

@Suite struct LowessTiesTests {
  private static let fractions = [0, 0.05, 0.3, 1.0 / 3, 0.5, 2.0 / 3, 0.9, 1]

  private func settings(_ seed: UInt64, degrees: Int = 3) throws -> Lowess {
    try Lowess(
      frac: Self.fractions[Int(seed % 8)], it: Int(seed / 8 % 4), degree: Int(seed / 32) % degrees)
  }

  @Test func `the curve follows the rules as they are written down`() throws {
    for seed in 0..<1000 as Range<UInt64> {
      let data = TiedData(seed: seed)
      let lowess = try settings(seed, degrees: 2)
      let hasWeights = seed.isMultiple(of: 3)
      let weights = hasWeights ? data.weights : data.x.map { _ in 1 }
      let wanted = PlainRules(
        x: data.x, y: data.y, weights: weights, frac: lowess.frac, it: lowess.it,
        degree: lowess.degree
      ).fitted
      for fit in [
        try lowess.fit(x: data.x, y: data.y, weights: hasWeights ? weights : nil),
        try lowess.fitPlainly(x: data.x, y: data.y, weights: hasWeights ? weights : nil),
      ] {
        let worst = zip(fit.fitted, wanted).map { abs($0 - $1) }.max() ?? 0
        #expect(worst <= 1e-8 * data.range, "seed \(seed)")
      }
    }
  }

  @Test func `any order of the points gives the same bits`() throws {
    for seed in 0..<2000 as Range<UInt64> {
      let data = TiedData(seed: seed, most: 200)
      let (other, rows) = data.shuffled(seed + 1)
      for weighted in [false, true] {
        let lowess = try settings(seed)
        let fit = try lowess.fit(
          x: data.x, y: data.y, weights: weighted ? data.weights : nil, standardErrors: true,
          slopes: true)
        let shuffled = try lowess.fit(
          x: other.x, y: other.y, weights: weighted ? other.weights : nil, standardErrors: true,
          slopes: true)
        #expect(rows.map { fit.fitted[$0] } == shuffled.fitted, "seed \(seed)")
        #expect(fit.knotX == shuffled.knotX && fit.knotY == shuffled.knotY, "seed \(seed)")
        #expect(fit.knotErrors == shuffled.knotErrors, "seed \(seed)")
        #expect(fit.knotSlopes == shuffled.knotSlopes, "seed \(seed)")
      }
    }
  }

  @Test func `a point of weight m is as m points`() throws {
    for seed in 0..<2000 as Range<UInt64> {
      let data = TiedData(seed: seed)
      let lowess = try settings(seed)
      let weighted = try lowess.fit(x: data.x, y: data.y, weights: data.weights)
      let (x, y) = data.repeated
      let repeated = try lowess.fit(x: x, y: y)
      #expect(weighted.knotX == repeated.knotX)
      let worst = zip(weighted.knotY, repeated.knotY).map { abs($0 - $1) }.max() ?? 0
      #expect(worst <= 1e-8 * data.range, "seed \(seed)")
    }
  }

  @Test func `only the ratios of case weights matter`() throws {
    for seed in 0..<500 as Range<UInt64> {
      let data = TiedData(seed: seed)
      let lowess = try settings(seed)
      let fit = try lowess.fit(x: data.x, y: data.y, weights: data.weights)
      let scaled = try lowess.fit(x: data.x, y: data.y, weights: data.weights.map { $0 / 3 })
      let worst = zip(fit.knotY, scaled.knotY).map { abs($0 - $1) }.max() ?? 0
      #expect(worst <= 1e-8 * data.range, "seed \(seed)")
      let alike = try lowess.fit(x: data.x, y: data.y, weights: data.x.map { _ in 7 })
      let plain = try lowess.fit(x: data.x, y: data.y)
      let difference = zip(alike.knotY, plain.knotY).map { abs($0 - $1) }.max() ?? 0
      #expect(difference <= 1e-8 * data.range, "seed \(seed)")
    }
  }

  /// 1e-9 of the range of y, as the fit promises. Where robustness leaves a weight to one neighbour at
  /// most statsmodels takes the first of the points at that x: such data are told by another order.
  @Test func `where no tie is cut the curve is that of statsmodels`() throws {
    var compared = 0
    for seed in 0..<4000 as Range<UInt64> {
      let data = TiedData(seed: seed)
      let lowess = try settings(seed)
      guard data.isUncut(frac: lowess.frac) else { continue }
      let other = try Lowess(
        frac: lowess.frac, it: lowess.it, degree: lowess.degree, rules: .statsmodels)
      let wanted = try other.fit(x: data.x, y: data.y).knotY
      func differs(_ curve: [Double]) -> Bool {
        (zip(curve, wanted).map { abs($0 - $1) }.max() ?? 0) > 1e-9 * data.range
      }
      let isOrdered = try (0..<4 as Range<UInt64>).contains { shuffle in
        let shuffled = data.shuffled(shuffle).data
        return try differs(other.fit(x: shuffled.x, y: shuffled.y).knotY)
      }
      guard !isOrdered else { continue }
      compared += 1
      #expect(try !differs(lowess.fit(x: data.x, y: data.y).knotY), "seed \(seed)")
    }
    #expect(compared > 300)
  }

  /// Values of statsmodels 0.15.0, as `LowessTests` has them.
  @Test(arguments: try LowessScenario.all())
  func `statsmodels' own values are met where no tie is cut`(scenario: LowessScenario) throws {
    var data = TiedData(seed: 0)
    (data.x, data.y) = (scenario.x, scenario.y)
    guard data.isUncut(frac: scenario.frac) else { return }
    let lowess = try Lowess(frac: scenario.frac, it: scenario.it, delta: scenario.delta)
    let range = (scenario.y.max() ?? 0) - (scenario.y.min() ?? 0)
    expectClose(
      try lowess.fit(x: scenario.x, y: scenario.y).fitted, scenario.fitted,
      tolerance: 1e-9 * (range > 0 ? range : abs(scenario.y[0])))
  }

  /// Where one x holds more points than the neighbourhood the curve there is their mean: of R with the
  /// same settings 3.69, of statsmodels the first of them, 3.
  @Test func `at one x the curve is the robust mean`() throws {
    let y: [Double] = [3, 1, 4, 1, 5, 9, 2, 6]
    let x = y.map { _ in 2.0 }
    let fit = try Lowess().fit(x: x, y: y)
    #expect(abs(fit.knotY[0] - 3.69) < 0.01)
    #expect(try Lowess(it: 0).fit(x: x, y: y).knotY == [3.875])
    #expect(try Lowess(rules: .statsmodels).fit(x: x, y: y).knotY == [3])
    let errors = try #require(try Lowess(it: 0).fit(x: x, y: y, standardErrors: true).knotErrors)
    // Of a mean HC3 gives √(Σ r² / (n − 1)²).
    let squares = y.reduce(0) { $0 + ($1 - 3.875) * ($1 - 3.875) }
    expectClose([try #require(errors[0])], [squares.squareRoot() / 7], tolerance: 1e-12)
  }

  /// 193 of 200 rows at 0: their mean is 0 here, and no row's own value.
  @Test func `the commonest value gets its mean whichever row comes first`() throws {
    let y = (0..<200).map { Double($0 % 19 - 9) / 10 }
    let x = (0..<200).map { Double($0 < 193 ? 0 : $0 - 190) }
    let mean = y[..<193].reduce(0, +) / 193
    for rules in [Lowess.Rules.tare, .r] {
      let fit = try Lowess(frac: 0.9, it: 0, delta: 0, rules: rules).fit(x: x, y: y)
      #expect(abs(fit.knotY[0] - mean) < 1e-12)
    }
  }

  @Test func `minus zero is zero`() throws {
    let fit = try Lowess().fit(x: [-0.0, 0, 1, 2], y: [1, 2, 3, 4])
    let other = try Lowess().fit(x: [0, -0.0, 1, 2], y: [2, 1, 3, 4])
    #expect(fit.knotX.map(\.bitPattern) == other.knotX.map(\.bitPattern))
    #expect(fit.knotY == other.knotY && fit.knotX.count == 3)
  }

  @Test func `turning points and their intervals do not depend on the order`() throws {
    for seed in 0..<20 as Range<UInt64> {
      let data = TiedData(seed: seed, most: 120)
      let (other, _) = data.shuffled(seed + 7)
      let lowess = try Lowess(frac: 0.5, it: 2)
      func points(_ data: TiedData, _ weights: [Double]?) throws -> TurningPoints {
        let fit = try lowess.fit(x: data.x, y: data.y, weights: weights, slopes: true)
        return try lowess.turningPoints(
          of: fit, x: data.x, y: data.y, weights: weights, resamples: 40)
      }
      #expect(try points(data, nil) == points(other, nil), "seed \(seed)")
      #expect(try points(data, data.weights) == points(other, other.weights), "seed \(seed)")
    }
  }
}
