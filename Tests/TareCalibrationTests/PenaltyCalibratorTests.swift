/// The length penalty, fixed and tuned, alone and before LOWESS.
import Foundation
import TareCalibration
import TareCore
import TareNumerics
import TareTesting
import Testing

@Suite struct PenaltyCalibratorTests {
  /// Cosine of 96 scores and lengths after a least-squares line: 96 roundings of each product.
  private let tolerance = 1e-13

  @Test(arguments: [Scale.char, .log])
  func `tuned, score and covariate no longer correlate`(scale: Scale) throws {
    let reference = try CalibratorReference()
    let table = try reference.table()
    let column = scale == .log ? reference.lengths.map { log1p($0) } : reference.lengths
    let before = try #require(Association(of: table.scores, on: column)).correlation
    #expect(before > 0.3)
    let calibration = try Made.fit("penalty", table) {
      ($0.coefficient, $0.scale) = (.tuned, scale)
    }
    let calibrated = try calibration.apply(to: table).calibrated
    #expect(abs(Association(of: calibrated, on: column)?.correlation ?? 1) < tolerance)
    #expect(calibration.parameters["coefficient"] == "tuned")
  }

  @Test func `the fixed one is the paper's 0.001 a unit`() throws {
    let table = try CalibratorReference().table()
    let calibration = try Made.fit("penalty", table)
    #expect(try calibration.apply(to: table).bias == table.columns[0].map { 0.001 * $0 })
    #expect(calibration.bias(at: 1e6) == 1000)
  }

  @Test func `penalty and then LOWESS is a LOWESS of what the penalty leaves`() throws {
    let table = try CalibratorReference().table()
    let calibration = try Made.fit("lowess-penalty", table) { $0.frac = 0.5 }
    let line = table.columns[0].map { 0.001 * $0 }
    let rest = zip(table.scores, line).map { $0 - $1 }
    let fit = try Lowess(frac: 0.5).fit(x: table.columns[0], y: rest).fitted
    expectClose(
      try calibration.apply(to: table).bias, zip(fit, line).map { $0 + $1 }, tolerance: 1e-12)
    // Beyond the data the curve stays and the penalty goes on.
    let end = try #require(table.columns[0].max())
    let atEnd = try #require(calibration.bias(at: end))
    let beyond = try #require(calibration.bias(at: end + 500))
    #expect(abs(beyond - atEnd - 0.5) < 1e-12)
  }
}
