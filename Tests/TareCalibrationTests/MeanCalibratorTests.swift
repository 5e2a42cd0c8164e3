/// RC-Mean against its definition, in numpy and n² steps.
import TareCalibration
import TareCore
import TareTesting
import Testing

@Suite struct MeanCalibratorTests {
  private let reference: CalibratorReference

  init() throws { reference = try CalibratorReference() }

  /// Differences of running sums of 96 scores below 16: a hundred roundings of sums below 1e3.
  private let tolerance = 1e-11

  private func fit(_ table: CalibrationTable, asPublished: Bool = false) throws -> Calibration {
    try Made.fit("mean", table) {
      $0.ratio = reference.number("mean", "ratio")
      $0.asPublished = asPublished
    }
  }

  @Test func `the bias is the mean of the window, grown to twenty where it is thin`() throws {
    let table = try reference.table()
    let calibration = try fit(table)
    let halfWidth = calibration.findings["half_width"]?.double ?? .nan
    #expect(abs(halfWidth - reference.number("mean", "half_width")) < tolerance * 1000)
    expectClose(
      try calibration.apply(to: table).bias, reference.numbers("mean", "bias"),
      tolerance: tolerance)
  }

  @Test func `as published the last point is dropped and thin pairs are left alone`() throws {
    let table = try reference.table()
    let found = try fit(table, asPublished: true).apply(to: table).bias
    let wanted = reference.numbers("mean", "published")
    expectClose(found, wanted, tolerance: tolerance)
    for rows in PromptGroups(reference.prompts).rows {
      let left = rows.filter { found[$0] == 0 }
      #expect(left.isEmpty || left.count == rows.count, "both of a pair or none")
    }
    #expect(wanted.contains(0))
  }

  @Test func `a shift of all scores shifts the bias alike`() throws {
    let table = try reference.table()
    let far = try table.scored(table.scores.map { $0 + 1e6 })
    // A million has 1e-10 of a unit in its last place.
    expectClose(
      try fit(far).apply(to: far).bias.map { $0 - 1e6 }, try fit(table).apply(to: table).bias,
      tolerance: 1e-8)
  }

  @Test func `without pairs the mean difference is that of all responses`() throws {
    let table = try CalibrationTable(scores: [1, 2, 6], values: [0, 1, 5], covariate: .length)
    let found = try Made.fit("mean", table) { $0.ratio = 1 }
    #expect(found.findings["half_width"]?.double == 10.0 / 3)
  }
}
