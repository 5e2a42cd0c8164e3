/// Searches that do not end say so.
import TareCalibration
import TareCore
import TareNumerics
import Testing

@Suite struct SearchLimitTests {
  /// Pairs of two features, of which the first orders all.
  private let features: [[Double]] = [[0.4, 0.7, 1.3, 1.6], [1, -1, 0.5, 0.2]]

  @Test func `pairs that are ordered without error have no maximum without a ridge`() throws {
    let weights = PairWeights([1, 1, 1, 1])
    let free = try #require(PairLogit(features, weights: weights, ridge: [0, 1]))
    #expect(!free.didConverge)
    let held = try #require(PairLogit(features, weights: weights, ridge: [1e-6, 1e-6]))
    #expect(held.didConverge)
  }

  @Test func `a calibration of which a fold did not end says so, and keeps it when saved`() throws {
    let rows: [Int] = Array(0..<40)
    let scores: [Double] = rows.map { row in Double(row) + (row % 2 == 0 ? 2 : 0) }
    let lengths: [Double] = rows.map { row in Double((row * 7) % 11) }
    let labels: [Double] = rows.map { row in row % 2 == 0 ? 1 : 0 }
    let table = try CalibrationTable(
      scores: scores, values: lengths, covariate: .length,
      prompts: PromptGroups(rows.map { row in "p\(row / 2)" }), labels: labels)
    let calibration = try Made.fit("bradley-terry", table, Made.settings { $0.crossFit = 4 })
    #expect(calibration.findings["converged"] == false)
    #expect(calibration.findings["folds_not_converged"] == 4)
    #expect(try Made.saved(calibration).findings["folds_not_converged"] == 4)
  }
}
