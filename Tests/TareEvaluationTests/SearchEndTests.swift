/// Searches of evaluations end for any scores, and say so where they stop before.
import TareCore
import TareEvaluation
import TareTesting
import Testing

@Suite struct SearchEndTests {
  private func temperature(_ margins: [Double]) throws -> BradleyTerryProbabilities {
    let responses = margins.enumerated().flatMap { place, margin in
      [
        ScoredResponse(
          promptID: "\(place)", index: 0, role: .chosen, score: margin, covariates: [:]),
        ScoredResponse(
          promptID: "\(place)", index: 1, role: .rejected, score: 0, covariates: [:]),
      ]
    }
    return try #require(
      BradleyTerryProbabilities(
        ScoredPair.pairs(of: ScoredResponses(responses)), Bootstrap(resamples: 10, seed: 1)))
  }

  /// The best inverse temperature is some 1e170 times that of the largest margin: 560 doublings.
  @Test func `a temperature is found where it is far from the size of the margins`() throws {
    let found = try temperature([1, 1e-170, 1e-170, -1e-172, 1e-170])
    guard case .temperature(let value, _) = found.fit else {
      Issue.record("no temperature")
      return
    }
    #expect(value > 1e-173 && value < 1e-169)
  }

  @Test func `margins of all sizes make no trap`() throws {
    for margins in [
      [1e100, -1e-100], [1e-100, -1e100], [.leastNonzeroMagnitude, -.leastNonzeroMagnitude, 1],
      [1e100, 1e100, -1e100],
      [0, 0, 1, -1e-300], [1e-199, -1e-200],
    ] {
      let found = try temperature(margins)
      #expect(found.bins.reduce(0) { $0 + $1.n } == margins.count)
      #expect(found.fitted.map { $0.logLoss.isFinite && $0.ece.isFinite } ?? true)
    }
  }
}
