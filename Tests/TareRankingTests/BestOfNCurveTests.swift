/// The expected best of n against all subsets, and against a slow sum for many candidates.
import Foundation
import TareCore
import TareRanking
import Testing

@Suite struct BestOfNCurveTests {
  private func responses(_ scores: [Double], prompt: String = "p") -> [ScoredResponse] {
    scores.enumerated().map { index, score in
      ScoredResponse(promptID: prompt, index: index, role: .response, score: score, covariates: [:])
    }
  }

  /// The mean over all n-subsets of the best one's value; those of equal score share it.
  private func bruteForce(_ scores: [Double], _ values: [Double], _ n: Int) -> Double {
    var sum = 0.0
    var count = 0.0
    for mask in 0..<(1 << scores.count) where mask.nonzeroBitCount == n {
      let members = scores.indices.filter { mask >> $0 & 1 == 1 }
      let best = members.map { scores[$0] }.max() ?? 0
      let holders = members.filter { scores[$0] == best }
      sum += holders.map { values[$0] }.reduce(0, +) / Double(holders.count)
      count += 1
    }
    return sum / count
  }

  @Test(arguments: [
    [0.5], [1, 2], [3, 1, 2], [1, 1, 1, 1], [2, 2, 1, 5, 5, 5, 0], [4, -1, 0.25, 9, 3, 3, 8, 7],
  ])
  func `the curve equals the mean over all subsets`(scores: [Double]) {
    let labels = scores.indices.map { Double(($0 * 7 + 3) % 5) }
    let points = BestOfNCurve(responses(scores), scores: scores, labels: labels).points
    #expect(points.map(\.n) == Array(1...scores.count))
    for point in points {
      // At most eight products, each rounded a few times, of numbers up to 9.
      #expect(abs(point.score.value - bruteForce(scores, scores, point.n)) < 1e-13)
      #expect(abs((point.label?.value ?? .nan) - bruteForce(scores, labels, point.n)) < 1e-13)
      #expect(point.prompts == 1)
      #expect(point.score.interval == nil)
      let n = Double(point.n)
      #expect(point.kl == log(n) - (n - 1) / n)
    }
  }

  /// With scores 0 to N−1 the expectation is known: n(N + 1)/(n + 1) − 1.
  @Test func `thousands of candidates overflow nothing`() {
    let count = 3000
    let scores = (0..<count).map(Double.init)
    let points = BestOfNCurve(responses(scores), scores: scores, labels: nil).points
    for n in [1, 2, 10, 500, 1499, 2999, 3000] {
      let expected = Double(n) * Double(count + 1) / Double(n + 1) - 1
      // Some thousand roundings of numbers up to 3000.
      #expect(abs(points[n - 1].score.value - expected) < 1e-9, "\(n)")
    }
    #expect(points[0].label == nil)
  }

  @Test func `prompts with fewer candidates count while they last, and intervals are over prompts`()
    throws
  {
    let all = responses([1, 2, 3], prompt: "a") + responses([5, 7], prompt: "b")
    let points = BestOfNCurve(all, scores: all.map(\.score), labels: nil).points
    #expect(points.map(\.prompts) == [2, 2, 1])
    #expect(abs(points[0].score.value - 4) < 1e-15)
    let interval = try #require(points[0].score.interval)
    // Means 2 and 6: a standard error of 2.
    #expect(abs(interval.lowerBound - (4 - 2 * 1.959963984540054)) < 1e-12)
    #expect(points[2].score.value == 3)
    // A billion beside the spread loses seven of sixteen digits.
    let far = BestOfNCurve(all, scores: all.map { $0.score + 1e9 }, labels: nil).points[0].score
    #expect(abs((far.interval?.upperBound ?? 0) - 1e9 - interval.upperBound) < 1e-5)
  }
}
