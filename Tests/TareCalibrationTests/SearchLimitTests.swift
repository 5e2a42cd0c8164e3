/// Searches that do not end say so.
import Foundation
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

  /// Features of heavy tails, as scores with an outlier: the search for gamma must not go in circles.
  @Test func `with a ridge the search ends for features of any kind`() {
    var normals = Made.Normals(seed: 7)
    for round in 0..<300 {
      let count = 2 + round % 40
      let power = [0.3, 1, 3, 7][round % 4]
      let features = (0..<2).map { _ in
        let raw = (0..<count).map { _ in
          let value = normals.next()
          return copysign(pow(abs(value), power), value)
        }
        let size = (raw.reduce(0) { $0 + $1 * $1 } / Double(count)).squareRoot()
        return raw.map { $0 / size }
      }
      let weights = PairWeights([Double](repeating: 1, count: count))
      let fit = PairLogit(features, weights: weights, ridge: [1e-6, 1e-6])
      #expect(fit?.didConverge ?? true, "round \(round)")
    }
  }

  @Test func `a calibration of which a fold did not end says so, and keeps it when saved`() throws {
    let table = try CalibrationTable(
      scores: (0..<40).map { $0 % 2 == 0 ? Double($0) + 2 : Double($0) },
      values: (0..<40).map { Double(($0 * 7) % 11) }, covariate: .length,
      prompts: PromptGroups((0..<40).map { "p\($0 / 2)" }),
      labels: (0..<40).map { $0 % 2 == 0 ? 1 : 0 })
    let calibration = try Made.fit("bradley-terry", table, Made.settings { $0.crossFit = 4 })
    #expect(calibration.findings["converged"] == false)
    #expect(calibration.findings["folds_not_converged"] == 4)
    #expect(try Made.saved(calibration).findings["folds_not_converged"] == 4)
  }
}
