import Foundation
import TareCore
import TareTesting
import TareTraining
import Testing

@Suite struct BradleyTerryTests {
  struct Reference {
    let pairs: PairFeatures
    let fits: [(ridge: Double, weights: [Double], loss: Double)]

    init() throws {
      let url = projectFolder.appending(
        path: "Tests/TareTrainingTests/Fixtures/bradley_terry.json")
      let json = try JSONValue(parsing: Data(contentsOf: url))
      let rows = (json["differences"]?.array ?? []).map { $0.array?.compactMap(\.double) ?? [] }
      pairs = PairFeatures(
        differences: Array(rows.joined()), width: 5, groups: Array(rows.indices))
      fits = try (json["fits"]?.array ?? []).map { fit in
        let ridge = try #require(fit["ridge"]?.double)
        let weights = try #require(fit["weights"]?.array).compactMap(\.double)
        return (ridge, weights, try #require(fit["loss"]?.double))
      }
      #expect(fits.count == 3)
    }
  }

  /// Both optimisers stop within 1e-12 of the least value; with a curvature of at least `ridge` the
  /// weights are then within √(2·1e-12 / ridge) of each other.
  @Test func `weights and loss are those of an independent optimiser`() throws {
    let reference = try Reference()
    for fit in reference.fits {
      let weights = try BradleyTerry.fit(reference.pairs, ridge: fit.ridge)
      expectClose(weights, fit.weights, tolerance: 2 * (2e-12 / fit.ridge).squareRoot())
      #expect(abs(BradleyTerry.loss(reference.pairs, weights) - fit.loss) < 1e-9)
    }
  }

  @Test func `the fit has the same bits every time, and does not depend on where it starts`() throws
  {
    let reference = try Reference()
    let weights = try BradleyTerry.fit(reference.pairs, ridge: 1)
    #expect(try BradleyTerry.fit(reference.pairs, ridge: 1) == weights)
    let other = try BradleyTerry.fit(reference.pairs, ridge: 1, from: [9, -9, 9, -9, 9])
    expectClose(other, weights, tolerance: 1e-5)
  }

  @Test func `separable pairs have an optimum under a ridge`() throws {
    let pairs = PairFeatures(differences: [1, 2, 0.5], width: 1, groups: [0, 1, 2])
    let weight = try BradleyTerry.fit(pairs, ridge: 1e-3)[0]
    #expect(weight > 3 && weight.isFinite)
  }

  @Test func `noise asks for more ridge than signal`() throws {
    var generator = SplitMix(state: 3)
    func pairs(signal: Double) -> PairFeatures {
      let values = (0..<(200 * 20)).map { index in
        Double.random(in: -1...1, using: &generator) + (index % 20 == 0 ? signal : 0)
      }
      return PairFeatures(differences: values, width: 20, groups: Array(0..<200))
    }
    let ridges = [0.01, 1, 100, 10_000]
    let noise = try BradleyTerry.chooseRidge(pairs(signal: 0), among: ridges, folds: 5)
    let signal = try BradleyTerry.chooseRidge(pairs(signal: 1), among: ridges, folds: 5)
    #expect(noise.ridge > signal.ridge)
    #expect(signal.losses.map(\.ridge) == [10_000, 100, 1, 0.01])
    #expect(signal.losses.map(\.loss).min() ?? 1 < log(2))
  }

  @Test func `fewer prompts than folds are refused`() {
    let pairs = PairFeatures(differences: [1, 2], width: 1, groups: [0, 0])
    #expect(throws: TareError.self) {
      try BradleyTerry.chooseRidge(pairs, among: [1], folds: 5)
    }
  }
}
