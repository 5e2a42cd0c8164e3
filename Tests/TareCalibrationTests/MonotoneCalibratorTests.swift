/// Monotone curves against scipy's isotonic regression and the min–max formula.
import TareCalibration
import TareCore
import TareTesting
import Testing

@Suite struct MonotoneCalibratorTests {
  @Test(arguments: CalibratorOptions.Direction.allCases)
  func `it is scipy's isotonic regression of statsmodels' curve`(
    direction: CalibratorOptions.Direction
  ) throws {
    let reference = try CalibratorReference()
    let calibration = try Made.fit("monotone", try reference.table()) {
      ($0.frac, $0.direction) = (reference.number("monotone", "frac"), direction)
    }
    let lengths = reference.numbers("monotone", "length")
    // The curves agree to 1e-9 of the range, and means of them as well.
    expectClose(
      lengths.compactMap { calibration.bias(at: $0) },
      reference.numbers("monotone", direction.rawValue), tolerance: 1e-9 * reference.range)
  }

  /// Each value is max over starts of min over ends of the mean between (Barlow et al. 1972), a knot
  /// counting by its rows.
  @Test func `ties count by their rows`() throws {
    var normals = Made.Normals(seed: 12)
    let lengths = (0..<120).map { Double($0 * $0 % 23) }
    let table = try CalibrationTable(
      scores: lengths.map { _ in normals.next() }, values: lengths, covariate: .length)
    let knots = Set(lengths).sorted()
    let lowess = try Made.fit("lowess", table) { $0.frac = 0.2 }
    let monotone = try Made.fit("monotone", table) { $0.frac = 0.2 }
    let curve = try knots.map { try #require(lowess.bias(at: $0)) }
    let weights = knots.map { knot in Double(lengths.count { $0 == knot }) }
    func mean(_ range: ClosedRange<Int>) -> Double {
      range.reduce(0) { $0 + weights[$1] * curve[$1] } / range.reduce(0) { $0 + weights[$1] }
    }
    let wanted = knots.indices.map { i in
      (0...i).map { j in (i..<knots.count).map { mean(j...$0) }.min() ?? 0 }.max() ?? 0
    }
    let found = knots.compactMap { monotone.bias(at: $0) }
    // Every knot weighs 1e-9 more than its rows, so that none weighs nothing.
    expectClose(found, wanted, tolerance: 1e-10)
    #expect(zip(found, found.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(curve != found, "the curve itself does fall somewhere")
  }

  @Test func `scores that fall lose nothing of their order`() throws {
    let table = try CalibrationTable(
      scores: (0..<30).map { -Double($0) }, values: (0..<30).map(Double.init), covariate: .length)
    let calibrated = try Made.fit("monotone", table).apply(to: table)
    #expect(Set(calibrated.bias).count == 1)
    let falling = try Made.fit("monotone", table) { $0.direction = .decreasing }
    #expect(try falling.apply(to: table).calibrated.allSatisfy { abs($0) < 1e-9 })
  }
}
