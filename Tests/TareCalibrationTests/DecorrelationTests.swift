/// The gamma at which score and covariate stop following each other.
import TareCalibration
import TareCore
import Testing

@Suite struct DecorrelationTests {
  private let settings = Made.settings { $0.gamma = .decorrelate }

  /// One row more above another moves Spearman's correlation of 200 rows by about 6 / 200², and
  /// gamma is found to 1e-4, within which a few rows change places.
  @Test(arguments: ["lowess", "penalty", "within-prompt", "mean", "monotone"])
  func `the rank correlation vanishes`(method: String) throws {
    let table = try Made.table { ($0.within, $0.between, $0.prompts) = (0.8, 0.8, 100) }
    let before = try #require(Association(of: table.scores, on: table.columns[0]))
    #expect(before.rankCorrelation > 0.3)
    let calibration = try Made.fit(method, table, settings) { options in
      // The fixed one would need more than the most that is tried.
      if method == "penalty" { options.coefficient = .fixed(0.004) }
    }
    let calibrated = try calibration.apply(to: table).calibrated
    let after = try #require(Association(of: calibrated, on: table.columns[0]))
    #expect(abs(after.rankCorrelation) < 0.002)
    #expect(calibration.gamma > 0)
    #expect(calibration.parameters["gamma"] == "decorrelate")
  }

  /// Rewards of 0 and 1: whatever is taken off the equal ones puts them in the order of the bias, so that
  /// the correlation changes its sign at once, and no halving comes to a step of its own.
  @Test(.timeLimit(.minutes(1)))
  func `a correlation that changes its sign at once ends the search`() throws {
    let lengths = (0..<240).map { Double(($0 * 97) % 240 + 1) }
    let table = try CalibrationTable(
      scores: lengths.map { $0 > 225 ? 1 : 0 }, values: lengths, covariate: .length,
      prompts: PromptGroups((0..<240).map { "p\($0 / 4)" }))
    let calibration = try Made.fit("penalty", table, settings)
    #expect(calibration.gamma == 0)
    #expect(calibration.findings["converged"] == false)
    #expect(calibration.findings["not_converged"]?.string?.hasPrefix("no gamma") == true)
    #expect(try calibration.apply(to: table).calibrated == table.scores)
  }

  @Test func `a bias of the wrong sign is not taken off`() throws {
    // The scores fall with length; a fixed penalty would carry them further down.
    let table = try Made.table { ($0.within, $0.between) = (-1, -1) }
    #expect(try Made.fit("penalty", table, settings).gamma == 0)
  }
}
