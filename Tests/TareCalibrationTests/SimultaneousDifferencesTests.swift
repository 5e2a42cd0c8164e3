/// Differences of several estimates at once, against numpy's draws; and of turning points whose places are known.
import Foundation
import TareCalibration
import TareCore
import TareNumerics
import TareTesting
import Testing

@Suite struct SimultaneousDifferencesTests {
  private func numbers(_ value: JSONValue?) -> [Double] {
    value?.array?.compactMap(\.double) ?? []
  }

  /// 10,000 draws here: a p of 0.5 has a standard error of 0.005, the common reach one of about 0.03.
  @Test func `intervals and p values are those of numpy's draws`() throws {
    let cases = try JSONValue(parsing: Data(contentsOf: fixture("simultaneous.json"))).array ?? []
    #expect(cases.count == 3)
    for made in cases {
      let resampled = (made["resampled"]?.array ?? []).map { numbers($0) }
      let found = try #require(
        SimultaneousDifferences(numbers(made["values"]), resampled: resampled, seed: 4))
      let (errors, p) = (numbers(made["errors"]), numbers(made["p"]))
      #expect(found.pairs.count == errors.count)
      let reach = made["reach"]?.double ?? .nan
      for (pair, (error, p)) in zip(found.pairs, zip(errors, p)) {
        #expect(abs(pair.p - p) < 0.025)
        let half = (pair.interval.upperBound - pair.interval.lowerBound) / 2
        #expect(abs(half / error - reach) < 0.12)
        #expect(abs(pair.interval.lowerBound + half - pair.value) < 1e-12)
      }
      #expect(found.p == found.pairs.map(\.p).min())
    }
  }

  @Test func `one estimate, and one without spread, are not compared`() {
    #expect(SimultaneousDifferences([1], resampled: [[1, 2]]) == nil)
    #expect(SimultaneousDifferences([1, 2], resampled: [[1, 1.5], [2, 2]]) == nil)
    #expect(SimultaneousDifferences([1, 2], resampled: [[1, 1.5], []]) == nil)
  }

  /// Three estimates of equal truths: in 400 made cases some pair is called different in about 5%; more than
  /// 8.5% (34) has a probability below 0.2%, fewer than 2% (8) one below 0.3%.
  @Test func `of equal truths some pair is called different about as often as it may`() {
    var random = Xoshiro256(seed: 11)
    func normal() -> Double {
      let radius = (-2 * log(1 - Double.random(in: 0..<1, using: &random))).squareRoot()
      return radius * cos(Double.random(in: 0..<2 * .pi, using: &random))
    }
    var called = 0
    for seed in 0..<400 {
      let values = [1.0, 2, 3].map { _ in normal() }
      let resampled = values.map { value in (0..<200).map { _ in value + normal() } }
      let found = SimultaneousDifferences(values, resampled: resampled, seed: UInt64(seed))
      if found?.pairs.contains(where: { !$0.interval.contains(0) }) == true { called += 1 }
    }
    #expect((8...34).contains(called), "\(called)")
  }

  @Test func `groups whose minima are apart are told apart, and a line is not compared`() throws {
    var random = Xoshiro256(seed: 5)
    func turns(
      _ curve: (Double) -> Double
    ) throws -> (lowess: Lowess, points: TurningPoints) {
      let x = (0..<300).map { Double($0) / 300 }
      let y = x.map { curve($0) + Double.random(in: -0.2...0.2, using: &random) }
      let lowess = try Lowess(frac: 0.3)
      let fit = try lowess.fit(x: x, y: y, slopes: true)
      return (lowess, try lowess.turningPoints(of: fit, x: x, y: y, resamples: 100))
    }
    let made = [
      ("a", try turns { 8 * ($0 - 0.4) * ($0 - 0.4) }),
      ("line", try turns { 3 * $0 }),
      ("b", try turns { 8 * ($0 - 0.6) * ($0 - 0.6) }),
      ("c", try turns { 8 * ($0 - 0.6) * ($0 - 0.6) }),
    ]
    let found = GroupedTurningPoints(made.map { ($0.0, $0.1.lowess, $0.1.points) }, seed: 1)
    #expect(found.kind == .minimum)
    #expect(found.compared == [0, 2, 3])
    #expect(found.groups[1].main == nil)
    let pairs = try #require(found.differences).pairs
    #expect(pairs.map { [$0.first, $0.second] } == [[0, 1], [0, 2], [1, 2]])
    #expect(pairs[0].p < 0.01 && pairs[1].p < 0.01 && pairs[2].p > 0.1)
    #expect(pairs[0].interval.contains(0.2))
    #expect(found.differences?.p == pairs.map(\.p).min())
  }
}
