/// Backfitting against numpy and statsmodels.
import TareCalibration
import TareCore
import TareNumerics
import TareTesting
import Testing

@Suite struct AdditiveCalibratorTests {
  private let reference: CalibratorReference

  init() throws { reference = try CalibratorReference() }

  /// As in `WithinPromptCalibratorTests`.
  private var tolerance: Double { 1e-6 * reference.range }

  private func fit(_ table: CalibrationTable, it: Int) throws -> Calibration {
    try Made.fit("additive", table) {
      ($0.frac, $0.it) = (reference.number("additive", "frac"), it)
    }
  }

  @Test func `each curve is the one of numpy's backfitting`() throws {
    let table = try reference.table(["length", "words"])
    guard case .sum(let terms) = try fit(table, it: 0).bias else {
      Issue.record("a sum is expected")
      return
    }
    try #require(terms.count == 2)
    for (term, name) in zip(terms, ["length", "words"]) {
      expectClose(
        term.values(for: table), reference.numbers("additive", name), tolerance: tolerance)
    }
  }

  @Test func `with robustness weights the sum is numpy's`() throws {
    let table = try reference.table(["length", "words"])
    expectClose(
      try fit(table, it: 2).apply(to: table).bias, reference.numbers("additive", "robust_sum"),
      tolerance: tolerance)
  }

  @Test func `the order of the covariates does not matter`() throws {
    let one = try reference.table(["length", "words"])
    let two = try reference.table(["words", "length"])
    for it in [0, 3] {
      expectClose(
        try fit(one, it: it).apply(to: one).calibrated,
        try fit(two, it: it).apply(to: two).calibrated, tolerance: tolerance)
    }
  }

  @Test func `with one covariate it is the LOWESS curve, centred`() throws {
    let table = try reference.table()
    let fit = try Lowess(frac: 0.7, it: 0).fit(x: table.columns[0], y: table.scores).fitted
    let mean = fit.reduce(0, +) / Double(fit.count)
    expectClose(
      try self.fit(table, it: 0).apply(to: table).bias, fit.map { $0 - mean },
      tolerance: tolerance)
  }
}
