/// What the best of n candidates is worth, for every n.
internal import Foundation
package import TareCore

/// The unbiased estimator from N candidates, the mean over all their n-subsets (`SubsetMaximum`), averaged
/// over the prompts that have n candidates. How far best-of-n moves from the policy that made the candidates: KL ≤ log n − (n − 1)/n, in nats (Stiennon
/// et al. 2020; the bound: Beirami et al. 2024).
package struct BestOfNCurve: Sendable, Hashable {
  package struct Point: Sendable, Hashable {
    package let n: Int
    package let kl: Double
    /// Prompts that have n candidates.
    package let prompts: Int
    /// The expected score.
    package let score: Estimate
    /// The expected label, where candidates have labels.
    package let label: Estimate?
  }

  package struct Estimate: Sendable, Hashable {
    package let value: Double
    /// 95%: 1.96 standard errors over prompts; nil for one prompt.
    package let interval: ClosedRange<Double>?
  }

  /// n from 1 to the most candidates that a prompt has.
  package let points: [Point]

  /// - Parameters:
  ///   - scores: what the best is chosen by, [row].
  ///   - labels: how good each is, [row]; nil where that is not known.
  package init(_ responses: [ScoredResponse], scores: [Double], labels: [Double]?) {
    self.init(ScoredResponses(responses), scores: scores, labels: labels)
  }

  package init(_ responses: ScoredResponses, scores: [Double], labels: [Double]?) {
    var sums: [Sums] = []
    let members = responses.groups.members
    for group in 0..<responses.groups.count {
      let rows = members[group].map(Int.init)
      let own = rows.map { scores[$0] }
      let score = SubsetMaximum(scores: own, values: own)
      let label = labels.map { labels in
        SubsetMaximum(scores: own, values: rows.map { labels[$0] })
      }
      while sums.count < rows.count { sums.append(Sums()) }
      for n in 1...rows.count {
        sums[n - 1].add(
          score: score.expectation(ofBest: n), label: label?.expectation(ofBest: n))
      }
    }
    points = sums.enumerated().map { place, sums in
      let n = Double(place + 1)
      return Point(
        n: place + 1, kl: log(n) - (n - 1) / n, prompts: sums.count,
        score: sums.score.estimate,
        label: labels == nil ? nil : sums.label.estimate)
    }
  }

  package var json: JSONValue {
    .array(
      points.map { point in
        var object: JSONObject = [
          "n": .int(point.n), "kl": .double(point.kl), "prompts": .int(point.prompts),
          "score": .double(point.score.value), "score_interval": point.score.json,
        ]
        if let label = point.label {
          object["label"] = .double(label.value)
          object["label_interval"] = label.json
        }
        return .object(object)
      })
  }
}

extension BestOfNCurve.Estimate {
  fileprivate var json: JSONValue {
    interval.map { .array([.double($0.lowerBound), .double($0.upperBound)]) } ?? .null
  }
}

/// Sums over prompts for one n.
private struct Sums {
  /// Mean and squared deviations as values come (Welford 1962): no digits are lost where values are large
  /// beside their spread.
  struct Moments {
    private var count = 0.0
    private var mean = 0.0
    private var squares = 0.0

    mutating func add(_ value: Double) {
      count += 1
      let before = value - mean
      mean += before / count
      squares += before * (value - mean)
    }

    var estimate: BestOfNCurve.Estimate {
      guard count > 1 else { return .init(value: mean, interval: nil) }
      let half = 1.959963984540054 * (squares / (count - 1) / count).squareRoot()
      guard half.isFinite else { return .init(value: mean, interval: nil) }
      return .init(value: mean, interval: mean - half...mean + half)
    }
  }

  var count = 0
  var score = Moments()
  var label = Moments()

  mutating func add(score value: Double, label other: Double?) {
    count += 1
    score.add(value)
    if let other { label.add(other) }
  }
}
