/// The fraction of LOWESS chosen by the data, prediction intervals, and curves by group.
import Foundation
import TareCalibration
import TareCore
import TareNumerics
import TareTesting
import Testing

@Suite struct FracChoiceTests {
  @Test func `leave-one-out errors are those of leaving points out`() throws {
    let json = try JSONValue(
      parsing: String(contentsOf: fixture("frac_choice.json"), encoding: .utf8))
    func numbers(_ value: JSONValue?) -> [Double] { value?.array?.compactMap { $0.double } ?? [] }
    let (x, y) = (numbers(json["x"]), numbers(json["y"]))
    let cases = json["cases"]?.array ?? []
    #expect(cases.count == 12)
    for wanted in cases {
      let degree = try #require(wanted["degree"]?.int)
      let frac = try #require(wanted["frac"]?.double)
      let lowess = try Lowess(frac: frac, it: 0, degree: degree)
      let choice = try lowess.choosingFrac(x: x, y: y, candidates: [frac])
      let error = try #require(wanted["error"]?.double)
      let trace = try #require(wanted["trace"]?.double)
      let found = choice.candidates[0]
      // Sums of a few hundred terms, and parabolas whose normal equations numpy squares.
      #expect(abs((found.error ?? 0) / error - 1) < 1e-7, "\(degree) \(frac)")
      #expect(abs((found.degreesOfFreedom ?? 0) / trace - 1) < 1e-7, "\(degree) \(frac)")
      let fit = try lowess.fit(x: x, y: y, standardErrors: true)
      let residuals = try #require(fit.heldOutResiduals)
      for (own, wanted) in zip(residuals, numbers(wanted["residuals"])) {
        #expect(abs(own - wanted) < 1e-7, "\(degree) \(frac)")
      }
    }
  }

  /// y = sin x with noise, x from 0 to `end`.
  private static func waves(
    _ count: Int, end: Double, noise: Double = 0.3, seed: UInt64 = 4
  ) -> (x: [Double], y: [Double]) {
    var normals = Made.Normals(seed: seed)
    var random = Xoshiro256(seed: seed)
    let x = (0..<count).map { _ in end * random.nextUnit() }
    return (x, x.map { sin($0) + noise * normals.next() })
  }

  @Test func `bends take a small fraction, a line takes all`() throws {
    let (x, y) = Self.waves(600, end: 30)
    for it in [0, 3] {
      let lowess = try Lowess(it: it)
      let bent = try lowess.choosingFrac(x: x, y: y)
      #expect(bent.rule == (it == 0 ? .leaveOneOut : .folds))
      #expect(bent.frac > 0.02 && bent.frac < 0.15, "\(it): \(bent.frac)")
      var normals = Made.Normals(seed: 9)
      let straight = try lowess.choosingFrac(x: x, y: x.map { $0 + normals.next() })
      #expect(straight.frac > 0.4, "\(it): \(straight.frac)")
    }
  }

  @Test func `the choice does not depend on the order, and a point alone is no candidate`() throws {
    let (x, y) = Self.waves(120, end: 10)
    let first = try Lowess(it: 3).choosingFrac(x: x, y: y)
    let second = try Lowess(it: 3).choosingFrac(x: x.reversed(), y: y.reversed())
    #expect(first.frac == second.frac)
    // Sums of the errors in another order differ by roundings.
    for (a, b) in zip(first.candidates, second.candidates) {
      #expect(abs((a.error ?? 0) - (b.error ?? 1)) < 1e-12)
    }
    // Two neighbours are the point itself and one that has weight 0.
    let alone = try Lowess(it: 0).choosingFrac(x: x, y: y, candidates: [0.001, 0.5])
    #expect(alone.candidates[0].error == nil && alone.frac == 0.5)
  }

  @Test func `prompts that share their noise choose a smoother curve by folds`() throws {
    var normals = Made.Normals(seed: 12)
    var (x, y, folds): ([Double], [Double], [Int32]) = ([], [], [])
    for prompt in 0..<150 {
      // Five responses of about one length with the same error: leave-one-out sees the error again.
      let (place, error) = (Double(prompt) / 15, normals.next())
      for response in 0..<5 {
        x.append(place + 0.001 * Double(response))
        y.append(0.3 * place + error)
        folds.append(Int32(prompt % 5))
      }
    }
    let lowess = try Lowess(it: 0)
    let alone = try lowess.choosingFrac(x: x, y: y)
    let grouped = try lowess.choosingFrac(x: x, y: y, folds: folds)
    #expect(alone.frac < 0.1)
    #expect(grouped.frac > 0.3)
  }

  @Test func `calibrate chooses by held-out prompts`() throws {
    // The truth is a line; noise alone makes one sample in five choose less than 0.4.
    var smooth = 0
    for seed in 1...5 {
      let table = try Made.table { recipe in
        (recipe.prompts, recipe.responses, recipe.within) = (150, 4, 1)
        recipe.seed = UInt64(seed)
      }
      let search = try FracSearch("within-prompt", .init(), table)
      #expect(search.candidates.count == 11)
      if search.frac >= 0.4 { smooth += 1 }
    }
    #expect(smooth >= 3, "\(smooth) of 5")
    // Half of the points would smooth a wave away.
    var normals = Made.Normals(seed: 5)
    var (scores, lengths, ids): ([Double], [Double], [String]) = ([], [], [])
    for row in 0..<800 {
      let own = normals.next()
      lengths.append(1000 + 200 * own)
      scores.append(2 * sin(3 * own) + 0.5 * normals.next())
      ids.append("p\(row / 4)")
    }
    let table = try CalibrationTable(
      scores: scores, values: lengths, covariate: .length, prompts: PromptGroups(ids))
    #expect(try FracSearch("within-prompt", .init(), table).frac <= 0.3)
    #expect(throws: TareError.self) { try FracSearch("penalty", .init(), table) }
  }

  @Test func `prediction intervals hold 95% of new points where noise grows`() throws {
    var normals = Made.Normals(seed: 6)
    var random = Xoshiro256(seed: 6)
    func point() -> (x: Double, y: Double) {
      let x = 10 * random.nextUnit()
      return (x, sin(x) + (0.1 + 0.1 * x) * normals.next())
    }
    let known = (0..<1000).map { _ in point() }
    let x = known.map(\.x)
    let lowess = try Lowess(frac: 0.2, it: 0)
    let fit = try lowess.fit(x: x, y: known.map(\.y), standardErrors: true)
    let residuals = try #require(fit.heldOutResiduals)
    let band = try #require(PredictionBand(lowess, x: x, residuals: residuals))
    for side in [0.0..<5.0, 5.0..<10.0] {
      let new = (0..<4000).map { _ in point() }.filter { side.contains($0.x) }
      let held = new.count { band.interval(at: $0.x, fitted: fit.value(at: $0.x)).contains($0.y) }
      // About 2,000 points: 0.5 points of binomial error; the band's own, of 500 residuals, is 1.
      let share = Double(held) / Double(new.count)
      #expect(share > 0.92 && share < 0.98, "\(side): \(share)")
    }
  }

  private static func groups(
    _ seed: UInt64, difference: Double
  ) -> (x: [Double], y: [Double], names: [String]) {
    var normals = Made.Normals(seed: seed)
    var random = Xoshiro256(seed: seed)
    let names = (0..<80).map { $0 % 3 == 0 ? "a" : "b" }
    // The groups' x lie elsewhere.
    let x = names.map { ($0 == "a" ? 0 : 1) + 4 * random.nextUnit() }
    let y = zip(x, names).map { x, name in
      sin(x) + (name == "a" ? difference : 0) + 0.5 * normals.next()
    }
    return (x, y, names)
  }

  @Test func `groups of one curve differ significantly in about 5% of tables`() throws {
    let lowess = try Lowess(frac: 0.5, it: 0)
    var significant = 0
    for seed in 1...100 {
      let (x, y, names) = Self.groups(UInt64(seed), difference: 0)
      let comparison = try CurveComparison(lowess, x: x, y: y, names: names, resamples: 39)
      if comparison.p <= 0.05 { significant += 1 }
    }
    // Binomial of 100 with 0.05: 12 or more in 0.4% of runs.
    #expect(significant < 12, "\(significant) of 100")
    let (x, y, names) = Self.groups(1, difference: 1.5)
    let different = try CurveComparison(lowess, x: x, y: y, names: names, resamples: 99)
    #expect(different.p == 0.01)
    #expect(different.groups.map(\.name) == ["a", "b"])
    #expect(throws: TareError.self) {
      try CurveComparison(lowess, x: x, y: y, names: x.map { _ in "one" })
    }
    #expect(throws: TareError.self) {
      try CurveComparison(
        lowess, x: x, y: y, names: x.indices.map { $0 < 5 ? "few" : "many" })
    }
  }
}
