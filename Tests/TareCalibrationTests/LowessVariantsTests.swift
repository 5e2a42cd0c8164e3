/// Degrees, case weights, slopes and standard errors of LOWESS.
import Foundation
import TareCalibration
import TareCore
import TareNumerics
import TareTesting
import Testing

/// Points with what another program makes of them.
struct LowessReference: CustomTestStringConvertible, Sendable {
  let name: String
  let frac: Double
  let it: Int
  let degree: Int
  /// [point], by the file's columns.
  let rows: [[String: String]]
  var testDescription: String { name }

  func column(_ name: String) -> [Double] { rows.map { $0.number(name) } }

  /// R's loess, computed directly.
  static func loess() throws -> [LowessReference] {
    let points = Dictionary(grouping: try plainCSV(fixture("loess_r_points.csv"))) {
      $0["scenario"] ?? ""
    }
    return try plainCSV(fixture("loess_r_settings.csv")).map { row in
      LowessReference(
        name: row["scenario"] ?? "", frac: row.number("frac"), it: 0,
        degree: Int(row.number("degree")), rows: points[row["scenario"] ?? ""] ?? [])
    }
  }

  /// The definitions, in numpy.
  static func definitions() throws -> [LowessReference] {
    Dictionary(grouping: try plainCSV(fixture("lowess_errors.csv"))) { $0["scenario"] ?? "" }
      .sorted { $0.key < $1.key }
      .map { name, rows in
        LowessReference(
          name: name, frac: rows[0].number("frac"), it: Int(rows[0].number("it")),
          degree: Int(rows[0].number("degree")), rows: rows)
      }
  }
}

@Suite struct LowessVariantsTests {
  /// loess flattens weights below 0.001 and above 0.999 of the bandwidth, which moves a weight by up
  /// to 3e-8, and has a bandwidth of its own where a whole window is taken; 1e-6 leaves room for it
  /// in a parabola at the edge.
  @Test(arguments: try LowessReference.loess())
  func `degrees and case weights agree with R's loess`(reference: LowessReference) throws {
    let lowess = try Lowess(
      frac: reference.frac, it: 0, degree: reference.degree, rules: .statsmodels)
    let fit = try lowess.fit(
      x: reference.column("x"), y: reference.column("y"), weights: reference.column("weight"))
    expectClose(fit.fitted, reference.column("fitted"), tolerance: 1e-6)
  }

  /// Both sides round in windows of 16 to 28 points; parabolas at the edges multiply that. Neighbours
  /// are counted there without their weights, as statsmodels' rules do.
  @Test(arguments: try LowessReference.definitions())
  func `curve, slope and error follow their definitions`(reference: LowessReference) throws {
    let lowess = try Lowess(
      frac: reference.frac, it: reference.it, degree: reference.degree, rules: .statsmodels)
    let (x, y) = (reference.column("x"), reference.column("y"))
    let weights = reference.column("weight")
    for fit in [
      try lowess.fit(x: x, y: y, weights: weights, standardErrors: true, slopes: true),
      try lowess.fitPlainly(x: x, y: y, weights: weights, standardErrors: true, slopes: true),
    ] {
      expectClose(fit.fitted, reference.column("fitted"), tolerance: 1e-9)
      let errors = try #require(fit.standardErrors)
      expectClose(errors.map { $0 ?? .nan }, reference.column("error"), tolerance: 1e-9)
      guard reference.degree > 0 else {
        #expect(fit.knotSlopes == nil)
        continue
      }
      let slopes = try #require(fit.knotSlopes)
      expectClose(slopes.map { $0 ?? .nan }, reference.column("slope"), tolerance: 1e-8)
    }
  }

  @Test func `errors and slopes are only there when asked for`() throws {
    let fit = try Lowess().fit(x: [1, 2, 3, 4], y: [1, 2, 4, 3])
    #expect(fit.knotErrors == nil && fit.standardErrors == nil && fit.knotSlopes == nil)
  }

  @Test func `where the curve goes through a point there is no error`() throws {
    let x: [Double] = [0, 1, 2, 3]
    let fit = try Lowess(frac: 0, it: 0).fit(x: x, y: [1, 5, 2, 3], standardErrors: true)
    #expect(fit.fitted == [1, 5, 2, 3])
    #expect(fit.knotErrors == [nil, nil, nil, nil])
  }

  @Test func `the scale of case weights does not matter and a weight of 0 takes a point out`()
    throws
  {
    let x = (0..<200).map { Double($0 * 37 % 200) }
    let y = x.map { sin($0 / 20) + ($0 * 7).truncatingRemainder(dividingBy: 3) }
    let weights = x.map { $0.truncatingRemainder(dividingBy: 4) }
    let lowess = try Lowess(frac: 0.4)
    let fit = try lowess.fit(x: x, y: y, weights: weights)
    let scaled = try lowess.fit(x: x, y: y, weights: weights.map { $0 * 0x1p-40 })
    #expect(fit.fitted == scaled.fitted)
    let without = zip(y, weights).map { $1 == 0 ? $0 + 1000 : $0 }
    expectClose(
      try lowess.fit(x: x, y: without, weights: weights).fitted, fit.fitted, tolerance: 1e-9 * 1000)
  }

  @Test func `weights that are negative, not finite or too few are refused`() {
    for weights in [[1, -1, 1], [1, .nan, 1], [1, 1]] {
      #expect(throws: TareError.self) {
        try Lowess().fit(x: [1, 2, 3], y: [1, 2, 3], weights: weights)
      }
    }
    #expect(throws: TareError.self) { try Lowess(degree: 3) }
  }

  /// A power of two times x and y, and y plus a line: 1e-9 is what a fit promises.
  @Test func `the curve follows a change of units`() throws {
    var random = SplitMix(state: 3)
    let x = (0..<700).map { _ in Double.random(in: 0...1, using: &random) }
    let y = x.map { sin(9 * $0) + Double.random(in: -0.5...0.5, using: &random) }
    let lowess = try Lowess(frac: 0.3)
    let fit = try lowess.fit(x: x, y: y)
    let other = try lowess.fit(x: x.map { 3000 - 512 * $0 }, y: y.map { 7 + 3 * $0 })
    expectClose(other.fitted, fit.fitted.map { 7 + 3 * $0 }, tolerance: 3e-9)
  }
}
