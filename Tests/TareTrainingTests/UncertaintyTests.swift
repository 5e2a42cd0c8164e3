/// Standard deviations of scores: a reference posterior, and planted weights that they must cover.
import Foundation
import TareCore
import TareEngine
import TareTesting
import TareTraining
import Testing

@Suite struct UncertaintyTests {
  // MARK: - The reference

  /// The factor is triangular, so that its own entries, its product and products with new pairs are all
  /// determined. Both optima stop within 1e-12 of the least value: at a curvature of 0.5 the weights are
  /// within 2e-6 of each other, which changes the covariance by less than that times its largest entry.
  @Test func `the posterior is that of scikit-learn and numpy`() throws {
    let url = projectFolder.appending(path: "Tests/TareTrainingTests/Fixtures/laplace.json")
    let json = try JSONValue(parsing: Data(contentsOf: url))
    let rows = try rows(json["differences"])
    let pairs = PairFeatures(
      differences: Array(rows.joined()), width: 4, groups: Array(rows.indices))
    let posteriors = try #require(json["posteriors"]?.array)
    #expect(posteriors.count == 2)
    for posterior in posteriors {
      let ridge = try #require(posterior["ridge"]?.double)
      let weights = try BradleyTerry.fit(pairs, ridge: ridge)
      let wanted = try #require(posterior["weights"]?.array).compactMap(\.double)
      expectClose(weights, wanted, tolerance: 4e-6)
      let factor = try BradleyTerry.posteriorFactor(pairs, weights, ridge: ridge)
      var covariance = [Double](repeating: 0, count: 16)
      for (i, j, k) in triples(4) { covariance[4 * i + j] += factor[4 * k + i] * factor[4 * k + j] }
      let reference = try Array(self.rows(posterior["covariance"]).joined())
      expectClose(covariance, reference, tolerance: 1e-5 * (reference.max() ?? 1))
      #expect((0..<4).allSatisfy { row in (row + 1..<4).allSatisfy { factor[4 * row + $0] == 0 } })
      let deviations = try self.rows(json["new"]).map { difference in
        (0..<4).reduce(0.0) { sum, row in
          let value = (0..<4).reduce(0.0) { $0 + factor[4 * row + $1] * difference[$1] }
          return sum + value * value
        }.squareRoot()
      }
      let wantedDeviations = try #require(posterior["deviations"]?.array).compactMap(\.double)
      expectClose(deviations, wantedDeviations, tolerance: 1e-5 * (wantedDeviations.max() ?? 1))
    }
  }

  private func rows(_ value: JSONValue?) throws -> [[Double]] {
    try #require(value?.array).map { $0.array?.compactMap(\.double) ?? [] }
  }

  private func triples(_ n: Int) -> [(Int, Int, Int)] {
    (0..<n).flatMap { i in (0..<n).flatMap { j in (0..<n).map { (i, j, $0) } } }
  }

  // MARK: - Planted weights

  /// Pairs whose order is drawn by Bradley and Terry's model from known weights.
  private struct Planted {
    static let width = 6
    let truth: [Double]
    var pairs: [(chosen: [Float], rejected: [Float])] = []

    /// The weights are drawn from the ridge's own prior of precision 1, which the posterior assumes.
    init(_ count: Int, _ generator: inout SplitMix) {
      truth = (0..<Self.width).map { _ in Self.normal(&generator) }
      for _ in 0..<count {
        let (a, b) = (Self.state(&generator), Self.state(&generator))
        let isFirst = Double.random(in: 0..<1, using: &generator) < 1 / (1 + exp(-margin(a, b)))
        pairs.append(isFirst ? (a, b) : (b, a))
      }
    }

    /// Features of deviation 1 about a mean of 3, so that a fit without its mean would be seen.
    static func state(_ generator: inout SplitMix) -> [Float] {
      (0..<width).map { _ in Float(3 + normal(&generator)) }
    }

    private static func normal(_ generator: inout SplitMix) -> Double {
      let radius = (-2 * log(Double.random(in: 1e-300..<1, using: &generator))).squareRoot()
      return radius * cos(2 * .pi * Double.random(in: 0..<1, using: &generator))
    }

    func margin(_ a: [Float], _ b: [Float]) -> Double {
      (0..<Self.width).reduce(0) { $0 + truth[$1] * (Double(a[$1]) - Double(b[$1])) }
    }
  }

  /// How many true differences of scores lie within 1.96 deviations of the head's, of 40 heads and 50 new
  /// pairs each.
  private func coverage(_ method: UncertaintyMethod, pairs count: Int) throws -> Double {
    var generator = SplitMix(state: 5)
    var covered = 0
    for _ in 0..<40 {
      let planted = Planted(count, &generator)
      let (head, _) = try LinearHead.fit(
        planted.pairs, prompts: planted.pairs.indices.map(String.init), ridges: [1], folds: 2,
        uncertainty: method)
      let uncertainty = try #require(head.uncertainty)
      for _ in 0..<50 {
        let (a, b) = (Planted.state(&generator), Planted.state(&generator))
        let error = Double(head.score(a)) - Double(head.score(b)) - planted.margin(a, b)
        if abs(error) <= 1.96 * uncertainty.deviation(a, less: b) { covered += 1 }
      }
    }
    return Double(covered) / 2000
  }

  /// The 50 pairs of a head share its error, so that the share has the deviation of some 40 × 6
  /// directions rather than of 2,000 pairs: √(0.95 · 0.05 / 240) = 0.014, of which three are allowed.
  @Test func `Laplace's deviations cover the true difference in 95 of 100`() throws {
    let share = try coverage(.laplace, pairs: 300)
    #expect(abs(share - 0.95) < 0.042, "\(share)")
  }

  /// Twenty members know their deviation within a sixth, and a resampled fit has the ridge's pull but
  /// not its prior: less than 95 are covered, but most.
  @Test func `an ensemble's deviations cover most true differences`() throws {
    let share = try coverage(.ensemble(members: 20, seed: 1), pairs: 300)
    #expect(share > 0.85 && share < 0.99, "\(share)")
  }

  @Test func `more pairs leave less uncertainty`() throws {
    for method in [UncertaintyMethod.laplace, .ensemble(members: 20, seed: 1)] {
      let means = try [100, 1600].map { count in
        var generator = SplitMix(state: 6)
        let planted = Planted(count, &generator)
        let uncertainty = try #require(
          LinearHead.fit(
            planted.pairs, prompts: planted.pairs.indices.map(String.init), ridges: [1], folds: 2,
            uncertainty: method
          ).head.uncertainty)
        return planted.pairs.reduce(0) { $0 + uncertainty.deviation($1.chosen, less: $1.rejected) }
          / Double(count)
      }
      // Sixteen times the pairs: about a quarter of the deviation.
      #expect(means[1] < means[0] / 2.5, "\(method)")
    }
  }

  // MARK: - What is the same

  @Test func `the score is the same with and without, and the same seed gives the same members`()
    throws
  {
    var generator = SplitMix(state: 7)
    let planted = Planted(60, &generator)
    func head(_ method: UncertaintyMethod?) throws -> LinearHead {
      try LinearHead.fit(
        planted.pairs, prompts: planted.pairs.indices.map { "\($0 / 2)" }, ridges: [0.1, 1, 10],
        folds: 3, uncertainty: method
      ).head
    }
    let plain = try head(nil)
    #expect(plain.uncertainty == nil && plain.deviation(planted.pairs[0].chosen) == nil)
    let ensemble = try head(.ensemble(members: 3, seed: 4))
    for other in [ensemble, try head(.laplace)] {
      #expect(other.weights == plain.weights && other.biases == plain.biases)
    }
    let members = try #require(ensemble.uncertainty).weights
    #expect(members.count == 3 && Set(members).count == 3)
    #expect(try head(.ensemble(members: 3, seed: 4)).uncertainty?.weights == members)
    #expect(try head(.ensemble(members: 3, seed: 5)).uncertainty?.weights != members)
  }

  /// A state's deviation is measured from the mean of the training, where all heads say 0.
  @Test func `the mean state has no deviation`() throws {
    var generator = SplitMix(state: 8)
    let planted = Planted(50, &generator)
    let states = planted.pairs.flatMap { [$0.chosen, $0.rejected] }
    let mean = (0..<Planted.width).map { i in
      Float(states.reduce(0) { $0 + Double($1[i]) } / Double(states.count))
    }
    for method in [UncertaintyMethod.laplace, .ensemble(members: 5, seed: 1)] {
      let uncertainty = try #require(
        LinearHead.fit(
          planted.pairs, prompts: planted.pairs.indices.map(String.init), ridges: [1], folds: 2,
          uncertainty: method
        ).head.uncertainty)
      // Float32 roundings of biases of about 3.
      #expect(uncertainty.deviation(mean) < 1e-5)
      #expect(uncertainty.deviation(states[0]) > 1e-2)
    }
  }
}
