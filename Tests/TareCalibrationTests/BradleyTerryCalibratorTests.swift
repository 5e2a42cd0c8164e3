/// Style control against statsmodels' logit and scipy's minimum.
import TareCalibration
import TareCore
import TareTesting
import Testing

@Suite struct BradleyTerryCalibratorTests {
  private let reference: CalibratorReference

  init() throws { reference = try CalibratorReference() }

  /// Newton's steps stop at 1e-10 in units of standard deviations, the references at gradients of
  /// 1e-12 and steps of 1e-14; they agree to about 1e-8 of a coefficient. Ten times that.
  private let tolerance = 1e-7

  private func check(_ calibration: Calibration, _ name: String) throws {
    let coefficients = reference.numbers(name, "coefficients")
    let errors = reference.numbers(name, "standard_errors")
    let found = calibration.findings["coefficients"]?.array ?? []
    try #require(found.count == 2)
    for (place, (coefficient, error)) in zip(coefficients, errors).enumerated() {
      let foundCoefficient =
        place == 0
        ? calibration.findings["score_coefficient"] : found[place - 1]["coefficient"]
      let foundError =
        place == 0
        ? calibration.findings["score_standard_error"] : found[place - 1]["standard_error"]
      let scale = tolerance * error
      #expect(abs((foundCoefficient?.double ?? .nan) - coefficient) <= scale, "\(place)")
      #expect(abs((foundError?.double ?? .nan) - error) <= scale, "\(place)")
    }
  }

  @Test func `pairs without a ridge give statsmodels' coefficients and clustered errors`() throws {
    let whole = try reference.table(["length", "words"])
    let pairs = PromptGroups(reference.prompts).rows.filter { $0.count == 2 }.flatMap { $0 }
    let table = try CalibrationTable(
      scores: pairs.map { whole.scores[$0] },
      columns: whole.columns.map { column in pairs.map { column[$0] } },
      covariates: whole.covariates, prompts: PromptGroups(pairs.map { reference.prompts[$0] }),
      labels: pairs.map { reference.labels[$0] })
    let calibration = try Made.fit("bradley-terry", table) { $0.ridge = 0 }
    #expect(calibration.findings["prompts"] == 20)
    try check(calibration, "bradley_terry_pairs")
  }

  @Test func `all pairs with a ridge give scipy's minimum and the sandwich about it`() throws {
    let table = try reference.table(["length", "words"])
    let calibration = try Made.fit("bradley-terry", table) { $0.ridge = 2 }
    try check(calibration, "bradley_terry_ridge")
    // What is taken off is −coefficient over that of the score, for each unit.
    let b = reference.numbers("bradley_terry_ridge", "coefficients")
    let wanted = zip(reference.lengths, reference.words).map {
      -b[1] / b[0] * $0 - b[2] / b[0] * $1
    }
    let most = wanted.map(abs).max() ?? 0
    expectClose(try calibration.apply(to: table).bias, wanted, tolerance: tolerance * most)
  }

  @Test func `labels that one column tells apart without error are no endless search`() throws {
    let table = try CalibrationTable(
      scores: [2, 1, 4, 3, 5, 2], values: [1, 2, 1, 5, 2, 3], covariate: .length,
      prompts: PromptGroups(["a", "a", "b", "b", "c", "c"]), labels: [1, 0, 1, 0, 1, 0])
    let calibration = try Made.fit("bradley-terry", table)
    // The likelihood has no maximum: there is no coefficient and no interval to be told.
    #expect(calibration.findings["converged"] == false)
    #expect(calibration.findings["not_converged"]?.string?.contains("without error") == true)
    #expect(calibration.findings["score_coefficient"] == nil)
    #expect(calibration.findings["coefficients"] == nil)
    #expect(try calibration.apply(to: table).calibrated == table.scores)
  }

  @Test func `scores that speak against the labels are refused`() throws {
    let table = try Made.table {
      ($0.quality, $0.labelSlope, $0.prompts) = (-1, 0, 200)
    }
    let error = #expect(throws: TareError.self) { try Made.fit("bradley-terry", table) }
    #expect(
      error?.description.begins("column score: expected …, found scores that do not order") == true)
  }
}
