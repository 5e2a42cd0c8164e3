/// Equal distributions at every value of the covariate.
import TareCalibration
import TareCore
import TareTesting
import Testing

@Suite struct QuantileCalibratorTests {
  /// Scores whose mean and spread both grow with the covariate.
  private func table() throws -> CalibrationTable {
    var normals = Made.Normals(seed: 5)
    let lengths = (0..<900).map { Double($0 * 389 % 900) }
    return try CalibrationTable(
      scores: lengths.map { $0 / 300 + (0.5 + $0 / 450) * normals.next() }, values: lengths,
      covariate: .length)
  }

  /// Kolmogorov and Smirnov's largest distance between the distributions of two samples.
  private func distance(_ a: [Double], _ b: [Double]) -> Double {
    (a + b).map { value in
      abs(
        Double(a.count { $0 <= value }) / Double(a.count)
          - Double(b.count { $0 <= value }) / Double(b.count))
    }.max() ?? 0
  }

  private func thirds(_ scores: [Double], _ lengths: [Double]) -> [[Double]] {
    (0..<3).map { third in
      scores.indices.filter { Int(lengths[$0]) / 300 == third }.map { scores[$0] }
    }
  }

  @Test func `afterwards the scores of short and long are spread alike`() throws {
    let table = try table()
    let calibrated = try Made.fit("quantile", table) { $0.frac = 0.2 }
      .apply(to: table).calibrated
    let before = thirds(table.scores, table.columns[0])
    let after = thirds(calibrated, table.columns[0])
    #expect(distance(before[0], before[2]) > 0.5)
    // 300 and 300 draws of one distribution lie 0.11 apart in 5 of 100 cases.
    for (i, j) in [(0, 1), (0, 2), (1, 2)] { #expect(distance(after[i], after[j]) < 0.11) }
    #expect(distance(after.flatMap { $0 }, table.scores) < 0.05, "they stay on their scale")
  }

  /// Sums of 96 weights, and a share of the difference of two scores: a hundred roundings.
  @Test func `local quantiles are those of numpy, weighted by tricube`() throws {
    let reference = try CalibratorReference()
    let calibration = try Made.fit("quantile", try reference.table()) {
      ($0.frac, $0.levels) = (reference.number("quantile", "frac"), 4)
    }
    guard case .quantiles(let map, covariate: 0) = calibration.bias else {
      Issue.record("quantiles are expected")
      return
    }
    #expect(map.x == reference.numbers("quantile", "x"))
    let tolerance = 1e-12 * reference.range
    expectClose(map.overall, reference.numbers("quantile", "overall"), tolerance: tolerance)
    expectClose(
      stride(from: 0, to: map.x.count, by: 10).flatMap { map.local[$0] },
      reference.numbers("quantile", "every_tenth"), tolerance: tolerance)
  }

  @Test func `among responses of one length the order stays`() throws {
    let fitted = try Made.fit("quantile", try table())
    let scores = (0..<200).map { Double($0) / 10 - 8 }
    for length in [-10, 0, 123.4, 899, 2000] {
      let calibrated = try fitted.apply(
        to: CalibrationTable(
          scores: scores, values: scores.map { _ in length }, covariate: .length)
      ).calibrated
      #expect(zip(calibrated, calibrated.dropFirst()).allSatisfy { $0 < $1 })
    }
  }

  @Test func `discrete scores stay finite and in order`() throws {
    let table = try CalibrationTable(
      scores: (0..<80).map { Double($0 * 7 % 5) }, values: (0..<80).map { Double($0 % 9) },
      covariate: .length)
    let calibrated = try Made.fit("quantile", table) { $0.levels = 99 }.apply(to: table).calibrated
    for i in 0..<80 {
      for j in 0..<80 where table.columns[0][i] == table.columns[0][j] {
        #expect(table.scores[i] >= table.scores[j] || calibrated[i] <= calibrated[j])
      }
    }
  }
}
