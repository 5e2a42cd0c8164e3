/// The share of the points in each local fit, chosen by the data.
internal import Foundation
package import TareCore

/// Candidates and their errors on points that were not fitted.
package struct FracChoice: Sendable, Hashable {
  package enum Rule: String, Sendable {
    /// Exact, from the hat matrix, neighbourhoods held.
    case leaveOneOut = "leave_one_out"
    /// Each fold is predicted from the others.
    case folds
  }

  package struct Candidate: Sendable, Hashable {
    package let frac: Double
    /// Mean error on points that were left out: squared without robustness iterations, else absolute; nil
    /// where some point is told by itself alone.
    package let error: Double?
    /// Of the curve through all points, by leave-one-out.
    package let degreesOfFreedom: Double?
  }

  package let rule: Rule
  /// By growing frac.
  package let candidates: [Candidate]
  package let frac: Double
  package let folds: Int?
  /// Whether robustness weights were found once and held.
  package let holdsRobustness: Bool

  init(
    _ rule: Rule, _ candidates: [Candidate], folds: Int? = nil, holdsRobustness: Bool = false
  ) {
    (self.rule, self.candidates, self.folds) = (rule, candidates, folds)
    self.holdsRobustness = holdsRobustness
    // Of equal errors the smoother curve.
    let best = candidates.reversed().filter { $0.error != nil }.min {
      ($0.error ?? .infinity) < ($1.error ?? .infinity)
    }
    frac = best?.frac ?? candidates.last?.frac ?? 1
  }

  /// Twenty from a fiftieth of the points (but at least ten points) to all of them, evenly by ratio.
  package static func usualCandidates(points: Int) -> [Double] {
    let least = min(1, max(0.02, 10 / Double(max(points, 1))))
    guard least < 1 else { return [1] }
    let count = 20
    return (0..<count).map { place in
      let share = Double(place) / Double(count - 1)
      // Powers are rounded: 1 is exactly 1.
      return place == count - 1 ? 1 : least * pow(1 / least, share)
    }
  }

  package var json: JSONValue {
    var object: JSONObject = [
      "rule": .string(rule.rawValue), "frac": .double(frac),
      "holds_robustness": .bool(holdsRobustness),
      "candidates": .array(
        candidates.map { candidate in
          [
            "frac": .double(candidate.frac),
            "error": candidate.error.map { .double($0) } ?? .null,
            "degrees_of_freedom": candidate.degreesOfFreedom.map { .double($0) } ?? .null,
          ]
        }),
    ]
    object["folds"] = folds.map { .int($0) }
    return .object(object)
  }
}

extension Lowess {
  /// The same with another share of the points.
  package func with(frac: Double) throws(TareError) -> Lowess {
    try Lowess(frac: frac, it: it, delta: delta, degree: degree, rules: rules)
  }

  /// Points from which on robustness weights are found once, at the share that predicts best without them,
  /// and then held: 20 candidates in five folds are 400 passes otherwise.
  private static let mostRobust = 20_000

  /// Chooses the share of the points.
  ///
  /// Without robustness iterations and without folds, by exact leave-one-out; else each fold is predicted from
  /// the others, by straight lines between the distinct x and by the end values beyond them.
  ///
  /// - Parameters:
  ///   - folds: the fold of each point, from 0, where points belong together, as responses to one prompt,
  ///     [point]; nil for points that stand alone.
  ///   - candidates: nil for the usual ones.
  /// - Throws: as `fit`.
  package func choosingFrac(
    x: [Double], y: [Double], weights: [Double]? = nil, folds: [Int32]? = nil,
    candidates: [Double]? = nil
  ) throws(TareError) -> FracChoice {
    // The columns are checked by the first fit, which has every row.
    let candidates = candidates ?? FracChoice.usualCandidates(points: x.count)
    let plain = try Lowess(frac: frac, it: 0, delta: delta, degree: degree, rules: rules)
    if it == 0, folds == nil {
      return try plain.leavingOneOut(x, y, weights, robustness: nil, candidates)
    }
    var robustness: [Double]?
    if it > 0, x.count > Self.mostRobust {
      let first = try plain.leavingOneOut(x, y, weights, robustness: nil, candidates)
      robustness = try with(frac: first.frac).robustness(x, y, weights)
      guard folds != nil else {
        return try plain.leavingOneOut(x, y, weights, robustness: robustness, candidates)
      }
    }
    let folds = folds ?? Self.foldsByContents(x, y)
    return try (robustness == nil ? self : plain).leavingFoldsOut(
      x, y, weights, robustness: robustness, folds, candidates)
  }

  private func leavingOneOut(
    _ x: [Double], _ y: [Double], _ weights: [Double]?, robustness: [Double]?,
    _ fracs: [Double]
  ) throws(TareError) -> FracChoice {
    try Self.check(x, y, weights)
    let points = SortedPoints(x: x, y: y, weights: weights, rules: rules)
    let held = robustness.map { robustness in points.order.map { robustness[Int($0)] } }
    let candidates = try ParallelParts.map(threads: 2, count: fracs.count) {
      (place) throws(TareError) -> FracChoice.Candidate in
      let lowess = try with(frac: fracs[place])
      var smoother = Smoother(lowess, points, robustness: held, everyPointDirectly: false)
      let curve = smoother.robustCurve(keepInfluence: true, keepSlopes: false)
      guard curve.value.allSatisfy(\.isFinite) else { throw Self.overflow }
      let heldOut = smoother.heldOut(of: curve)
      return FracChoice.Candidate(
        frac: fracs[place],
        error: heldOut.isComplete ? heldOut.meanSquare(weights: smoother.weights) : nil,
        degreesOfFreedom: heldOut.degreesOfFreedom)
    }
    return FracChoice(.leaveOneOut, candidates, holdsRobustness: robustness != nil)
  }

  private func leavingFoldsOut(
    _ x: [Double], _ y: [Double], _ weights: [Double]?, robustness: [Double]?,
    _ folds: [Int32], _ fracs: [Double]
  ) throws(TareError) -> FracChoice {
    try Self.check(x, y, weights)
    let count = Int(folds.max() ?? 0) + 1
    let isSquared = it == 0
    let rows = (0..<count).map { fold in
      (
        inside: folds.indices.filter { folds[$0] == fold }.map(Int32.init),
        outside: folds.indices.filter { folds[$0] != fold }.map(Int32.init)
      )
    }
    // A row's weight in fits, and in the error.
    let cases = weights ?? .init(repeating: 1, count: x.count)
    let counted = robustness.map { zip(cases, $0).map { $0 * $1 } } ?? cases
    let used = weights == nil && robustness == nil ? nil : counted
    let sums = try ParallelParts.map(threads: 2, count: count * fracs.count) {
      (part) throws(TareError) -> SIMD2<Double> in
      let (frac, fold) = (fracs[part / count], rows[part % count])
      guard !fold.inside.isEmpty, !fold.outside.isEmpty else { return .zero }
      let fit = try with(frac: frac).fit(
        x: x.taking(fold.outside), y: y.taking(fold.outside), weights: used?.taking(fold.outside))
      var sum = SIMD2<Double>.zero
      for row in fold.inside.map(Int.init) {
        let error = y[row] - fit.value(at: x[row])
        sum += SIMD2(counted[row] * (isSquared ? error * error : abs(error)), counted[row])
      }
      return sum
    }
    let candidates = fracs.indices.map { place in
      let own = sums[place * count..<(place + 1) * count].reduce(.zero, +)
      return FracChoice.Candidate(
        frac: fracs[place], error: own.y > 0 ? own.x / own.y : nil, degreesOfFreedom: nil)
    }
    return FracChoice(
      .folds, candidates, folds: count, holdsRobustness: robustness != nil)
  }

  /// What each point counts after all iterations beside its case weight, [point].
  private func robustness(
    _ x: [Double], _ y: [Double], _ weights: [Double]?
  ) throws(TareError) -> [Double] {
    let points = SortedPoints(x: x, y: y, weights: weights, rules: rules)
    var smoother = Smoother(self, points, robustness: nil, everyPointDirectly: false)
    _ = smoother.robustCurve(keepInfluence: false, keepSlopes: false)
    var robustness = [Double](repeating: 0, count: x.count)
    for point in points.x.indices {
      let own = points.weights?[point] ?? 1
      robustness[Int(points.order[point])] = own > 0 ? smoother.weights[point] / own : 0
    }
    return robustness
  }

  /// Five folds by what the points are, so that their order does not count.
  private static func foldsByContents(_ x: [Double], _ y: [Double]) -> [Int32] {
    zip(x, y).map { x, y in
      var random = Xoshiro256(
        seed: (x + 0).bitPattern ^ (y + 0).bitPattern.byteSwapped &* 0x9e37_79b9_7f4a_7c15)
      return Int32(random.next(below: 5))
    }
  }
}

extension HeldOutResiduals {
  /// The mean square by the points' weights.
  fileprivate func meanSquare(weights: [Double]) -> Double? {
    var (sum, total) = (0.0, 0.0)
    for (residual, weight) in zip(residuals, weights) where weight > 0 {
      sum += weight * residual * residual
      total += weight
    }
    return total > 0 ? sum / total : nil
  }
}

extension LowessFit {
  /// The curve at any x, straight between the distinct x, and the end values beyond them.
  package func value(at x: Double) -> Double {
    guard let first = knotX.first, let last = knotX.last else { return .nan }
    if x <= first { return knotY[0] }
    if x >= last { return knotY[knotY.count - 1] }
    let high = knotX.firstPlace(notLeftOf: x)
    if knotX[high] == x { return knotY[high] }
    let share = (x - knotX[high - 1]) / (knotX[high] - knotX[high - 1])
    return (1 - share) * knotY[high - 1] + share * knotY[high]
  }
}
