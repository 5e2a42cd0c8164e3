/// LOWESS against statsmodels' results, and its behaviour at the edges.
import Foundation
import TareCalibration
import TareCore
import TareNumerics
import TareTesting
import Testing

struct LowessScenario: CustomTestStringConvertible, Sendable {
  let name: String
  let frac: Double
  let it: Int
  let delta: Double
  var x: [Double] = []
  var y: [Double] = []
  var fitted: [Double] = []
  var testDescription: String { name }

  static func all() throws -> [LowessScenario] {
    try read("lowess_settings.csv", "lowess_points.csv")
  }

  /// A `delta` of NaN means R's own.
  static func ofR() throws -> [LowessScenario] {
    try read("lowess_r_settings.csv", "lowess_r_points.csv")
  }

  private static func read(_ settings: String, _ points: String) throws -> [LowessScenario] {
    let points = Dictionary(grouping: try plainCSV(fixture(points))) { $0["scenario"] ?? "" }
    return try plainCSV(fixture(settings)).map { row in
      let name = row["scenario"] ?? ""
      let rows = points[name] ?? []
      return LowessScenario(
        name: name, frac: row.number("frac"), it: Int(row.number("it")),
        delta: row.number("delta"), x: rows.map { $0.number("x") },
        y: rows.map { $0.number("y") }, fitted: rows.map { $0.number("fitted") })
    }
  }
}

@Suite struct LowessTests {
  /// 1e-9 of the range of y. Both sides round in sums of up to 120 terms, which is worth 1e-14; but
  /// with x around 1e6 statsmodels loses six digits of the distances, which is worth 1e-10.
  @Test(arguments: [1.0, 1e-3, 1e-6, 1e-7, 1e-12])
  func `a small unit of x makes no line flat`(unit: Double) throws {
    let x = (0..<10).map { Double($0) * unit }
    let y = (0..<10).map(Double.init)
    let lowess = try Lowess(frac: 2.0 / 3, it: 0, delta: nil, degree: 1, rules: .tare)
    let fitted = try lowess.fit(x: x, y: y).fitted
    #expect(zip(fitted, y).allSatisfy { abs($0 - $1) < 1e-9 }, "\(fitted)")
  }

  @Test(arguments: try LowessScenario.all())
  func `the curve equals that of statsmodels`(scenario: LowessScenario) throws {
    let lowess = try Lowess(
      frac: scenario.frac, it: scenario.it, delta: scenario.delta, rules: .statsmodels)
    let fit = try lowess.fit(x: scenario.x, y: scenario.y)
    let range = (scenario.y.max() ?? 0) - (scenario.y.min() ?? 0)
    let scale = range > 0 ? range : abs(scenario.y[0])
    expectClose(fit.fitted, scenario.fitted, tolerance: 1e-9 * scale)
    let plain = try lowess.fitPlainly(x: scenario.x, y: scenario.y)
    expectClose(plain.fitted, scenario.fitted, tolerance: 1e-9 * scale)
  }

  @Test func `there are at least twenty scenarios of each program`() throws {
    #expect(try LowessScenario.all().count >= 20)
    #expect(try LowessScenario.ofR().count >= 20)
  }

  /// 1e-9 of the range of y, as above.
  @Test(arguments: try LowessScenario.ofR())
  func `the curve with R's rules equals that of R`(scenario: LowessScenario) throws {
    let lowess = try Lowess(
      frac: scenario.frac, it: scenario.it, delta: scenario.delta.isNaN ? nil : scenario.delta,
      rules: .r)
    for fit in [
      try lowess.fit(x: scenario.x, y: scenario.y),
      try lowess.fitPlainly(x: scenario.x, y: scenario.y),
    ] {
      let range = (scenario.y.max() ?? 0) - (scenario.y.min() ?? 0)
      let scale = range > 0 ? range : abs(scenario.y[0])
      expectClose(fit.fitted, scenario.fitted, tolerance: 1e-9 * scale)
    }
  }

  @Test func `the knots are the distinct x in order with the fit of each`() throws {
    let x: [Double] = [3, 1, 3, 2, 1, 5]
    let fit = try Lowess(frac: 0.8).fit(x: x, y: [1, 2, 4, 3, 0, 2])
    #expect(fit.knotX == [1, 2, 3, 5])
    for (row, value) in x.enumerated() {
      let knot = try #require(fit.knotX.firstIndex(of: value))
      #expect(fit.fitted[row] == fit.knotY[knot])
    }
  }

  @Test func `the order of rows with distinct x does not matter`() throws {
    let x = (0..<50).map { Double($0 * 37 % 50) }
    let y = x.map { ($0 * 0.3).rounded() + $0.truncatingRemainder(dividingBy: 3) }
    let fit = try Lowess().fit(x: x, y: y)
    let reversed = try Lowess().fit(x: x.reversed(), y: y.reversed())
    #expect(fit.fitted == reversed.fitted.reversed())
  }

  @Test func `a constant y is fitted exactly`() throws {
    let x = (0..<40).map { Double($0 * $0) }
    let fit = try Lowess(frac: 0.4).fit(x: x, y: .init(repeating: 0.1, count: 40))
    #expect(fit.fitted.allSatisfy { $0 == 0.1 })
  }

  @Test func `an offset of x by a billion changes next to nothing`() throws {
    let x = (0..<80).map { Double($0 * $0 % 97) }
    let y = x.enumerated().map { sin($1 / 10) + Double($0 % 5) / 10 }
    let plain = try Lowess(frac: 0.5).fit(x: x, y: y)
    let moved = try Lowess(frac: 0.5).fit(x: x.map { $0 + 1e9 }, y: y)
    #expect(plain.fitted == moved.fitted)
  }

  @Test func `where the remaining weight lies at one x the line is its mean`() throws {
    // Robustness takes the weight off x = 1000 and 1001; what is left stands at 0.
    let x: [Double] = [0, 0, 0, 0, 0, 0, 1000, 1001]
    let y: [Double] = [1, 1, 1, 1, 1, 1, 50, -70]
    let fit = try Lowess(frac: 1, it: 3).fit(x: x, y: y)
    #expect(fit.fitted.allSatisfy { $0.isFinite })
    #expect(fit.fitted.prefix(6).allSatisfy { abs($0 - 1) < 1e-9 })
  }

  @Test func `values that are not finite are refused with their row`() throws {
    for bad in [Double.nan, .infinity] {
      let error = #expect(throws: TareError.self) {
        try Lowess().fit(x: [1, 2, 3], y: [1, bad, 3])
      }
      guard case .badData("column y, row 2", _, _)? = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
  }

  @Test func `columns that are empty or of unequal length are refused`() throws {
    #expect(throws: TareError.self) { try Lowess().fit(x: [], y: []) }
    #expect(throws: TareError.self) { try Lowess().fit(x: [1, 2], y: [1]) }
  }

  @Test func `settings out of range are refused`() {
    #expect(throws: TareError.self) { try Lowess(frac: 1.1) }
    #expect(throws: TareError.self) { try Lowess(frac: .nan) }
    #expect(throws: TareError.self) { try Lowess(it: -1) }
    #expect(throws: TareError.self) { try Lowess(delta: -1) }
    #expect(throws: TareError.self) { try Lowess(delta: .infinity) }
  }
}
