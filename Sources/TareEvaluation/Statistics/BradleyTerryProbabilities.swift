/// What differences of scores are worth as probabilities.
internal import Foundation
package import TareCore

/// P(chosen wins) = σ(margin / T), the model that reward models are trained by (Bradley and Terry 1952),
/// with one temperature T fitted by maximum likelihood on the pairs themselves.
package struct BradleyTerryProbabilities: Sendable {
  /// How well probabilities at one temperature hold.
  package struct Quality: Sendable, Hashable {
    /// Mean −log P(chosen wins), in nats; log 2 = 0.693 for a coin.
    package let logLoss: Double
    /// Expected calibration error: the mean distance between confidence and share right over the
    /// bins, each weighed by its pairs (Guo et al. 2017).
    package let ece: Double
  }

  /// Pairs of like confidence.
  package struct Bin: Sendable, Hashable {
    package let range: ClosedRange<Double>
    package let n: Int
    /// Mean of σ(|margin| / T).
    package let meanConfidence: Double
    /// How often the more probable response is the chosen one; a tie is half right.
    package let shareRight: Double
    /// Wilson's, of `shareRight`; of as many trials as there are prompts where some have several pairs.
    package let interval: ClosedRange<Double>
  }

  package enum Fit: Sendable, Hashable {
    /// - Parameter interval: 95%, from a bootstrap over prompts, or its normal limit where there are
    ///   more prompts than `Bootstrap.mostDrawn`.
    case temperature(Double, interval: ClosedRange<Double>)
    /// Every pair is right: the likelihood grows without end as T falls to 0.
    case separable
    /// Higher scores do not go with chosen: the likelihood is largest for T = ∞.
    case uninformative
  }

  package let n: Int
  package let fit: Fit
  /// Whether the temperature's interval is the normal limit of the bootstrap's.
  package let hasNormalInterval: Bool
  /// At T = 1, what a trainer takes the scores for.
  package let asIs: Quality
  /// At the fitted temperature; nil where there is none.
  package let fitted: Quality?
  /// At the fitted temperature, or at T = 1 where there is none.
  package let bins: [Bin]

  private static let binCount = 15
  private static let resamples = 1000

  /// - Returns: nil if there are no pairs.
  package init?(_ pairs: ScoredPairs, _ bootstrap: Bootstrap) {
    guard !pairs.isEmpty else { return nil }
    let margins = pairs.margins
    n = margins.count
    let prompts = pairs.promptCount
    let groups = prompts < margins.count ? pairs.groups : nil
    asIs = Self.quality(margins, inverse: 1)
    guard let inverse = Self.inverseTemperature(margins, from: nil) else {
      fit = margins.allSatisfy { $0 > 0 } ? .separable : .uninformative
      fitted = nil
      hasNormalInterval = false
      bins = Self.bins(margins, groups, inverse: 1)
      return
    }
    hasNormalInterval = prompts > Bootstrap.mostDrawn
    fit = .temperature(
      1 / inverse,
      interval: hasNormalInterval
        ? Self.normalInterval(margins, pairs.groups, inverse)
        : Self.interval(pairs, inverse, seed: bootstrap.seed))
    fitted = Self.quality(margins, inverse: inverse)
    bins = Self.bins(margins, groups, inverse: inverse)
  }

  package var json: JSONValue {
    var object: JSONObject = ["n": .int(n), "as_is": asIs.json, "bins": .array(bins.map(\.json))]
    switch fit {
    case .temperature(let value, let interval):
      object["temperature"] = .double(value)
      object["temperature_interval"] = .array(
        [interval.lowerBound, interval.upperBound].map { $0.isFinite ? .double($0) : .null })
      if hasNormalInterval { object["temperature_interval_method"] = "normal" }
    case .separable: object["temperature_note"] = "every pair is right: no finite fit"
    case .uninformative:
      object["temperature_note"] = "higher scores do not predict the chosen response: no finite fit"
    }
    object["fitted"] = fitted?.json
    return .object(object)
  }
}

extension BradleyTerryProbabilities.Quality {
  fileprivate var json: JSONValue { ["log_loss": .double(logLoss), "ece": .double(ece)] }
}

extension BradleyTerryProbabilities.Bin {
  fileprivate var json: JSONValue {
    [
      "confidence": range.json, "n": .int(n), "mean_confidence": .double(meanConfidence),
      "right": .double(shareRight), "interval": interval.json,
    ]
  }
}

// MARK: - Temperature

extension BradleyTerryProbabilities {
  /// 1/T of the largest likelihood; nil if it is not between 0 and ∞.
  ///
  /// - Parameter start: near the result, for fewer steps.
  private static func inverseTemperature(_ margins: [Double], from start: Double?) -> Double? {
    let scale = margins.reduce(0) { max($0, abs($1)) }
    // Of smaller margins the inverse is infinite.
    guard scale > 1e-200, margins.contains(where: { $0 < 0 }), margins.reduce(0, +) > 0 else {
      return nil
    }
    // The derivative of the log-likelihood, Σ m σ(−βm), falls from Σ m / 2 > 0 at β = 0 to below 0 at
    // ∞, where a wrong pair stays: Newton's method between bounds that close in. A step may do no more than
    // double β or halve the bounds' distance: 2,000 exponents up, as many down and 53 bits end it always.
    var low = 0.0
    var high = Double.infinity
    var beta = start ?? 1 / scale
    for _ in 0..<4200 {
      var slope = 0.0
      var curvature = 0.0
      for margin in margins {
        let wrong = 1 / (1 + exp(beta * margin))
        slope += margin * wrong
        curvature += margin * margin * wrong * (1 - wrong)
      }
      if slope > 0 { low = beta } else { high = beta }
      var next = curvature > 0 ? beta + slope / curvature : .nan
      if !(next > low && next < high) { next = high.isFinite ? (low + high) / 2 : 2 * beta }
      // Margins too small for any finite inverse to tell.
      guard next.isFinite, (next * scale).isFinite else { return nil }
      if abs(next - beta) <= 1e-12 * beta { return next }
      beta = next
    }
    return nil
  }

  /// What the bootstrap over many prompts comes to: β is near normal, with the variance
  /// Σ (Σ m σ(−βm))² / (Σ m² σ(1 − σ))², the inner sum over the pairs of a prompt (Huber's sandwich). The
  /// ends are off by the skewness of one prompt's share over the root of the number of prompts, a
  /// hundredth of the interval's width or less from 20,000 prompts on.
  private static func normalInterval(
    _ margins: [Double], _ groups: [Int32], _ inverse: Double
  ) -> ClosedRange<Double> {
    var squares = 0.0
    var curvature = 0.0
    var own = 0.0
    for (pair, margin) in margins.enumerated() {
      if pair > 0, groups[pair] != groups[pair - 1] {
        squares += own * own
        own = 0
      }
      let wrong = 1 / (1 + exp(inverse * margin))
      own += margin * wrong
      curvature += margin * margin * wrong * (1 - wrong)
    }
    squares += own * own
    let half = 1.959963984540054 * squares.squareRoot() / curvature
    return 1 / (inverse + half)...(half < inverse ? 1 / (inverse - half) : .infinity)
  }

  private static func interval(
    _ pairs: ScoredPairs, _ inverse: Double, seed: UInt64
  ) -> ClosedRange<Double> {
    let sheet = TrialSheet(pairs: pairs)
    // The margins of each prompt, prompts in an order that does not depend on that of the rows.
    let prompts = sheet.sortedStrata.flatMap { sheet.strata[$0].prompts }
      .map { Array(sheet.trials.margins[sheet.trialRange($0)]) }
    var random = Xoshiro256(seed: seed)
    var temperatures: [Double] = []
    var drawn: [Double] = []
    for _ in 0..<resamples {
      drawn.removeAll(keepingCapacity: true)
      for _ in prompts.indices { drawn += prompts[random.next(below: prompts.count)] }
      let beta = inverseTemperature(drawn, from: inverse)
      temperatures.append(beta.map { 1 / $0 } ?? (drawn.contains { $0 < 0 } ? .infinity : 0))
    }
    // Not between two: one of them may be infinite.
    let sorted = temperatures.sorted()
    let last = Double(sorted.count - 1)
    return sorted[Int((0.025 * last).rounded(.down))]...sorted[Int((0.975 * last).rounded(.up))]
  }
}

// MARK: - Quality

extension BradleyTerryProbabilities {
  private static func quality(_ margins: [Double], inverse: Double) -> Quality {
    let loss = margins.reduce(0) { total, margin in
      // log(1 + e^-x) without overflow.
      let x = inverse * margin
      return total + max(-x, 0) + log1p(exp(-abs(x)))
    }
    let ece = bins(margins, nil, inverse: inverse).reduce(0) {
      $0 + Double($1.n) * abs($1.shareRight - $1.meanConfidence)
    }
    let count = Double(margins.count)
    return Quality(logLoss: loss / count, ece: ece / count)
  }

  /// - Parameter groups: the prompt of each pair, ascending; nil where no interval is wanted of their
  ///   dependence, or each has one.
  private static func bins(
    _ margins: [Double], _ groups: [Int32]?, inverse: Double
  ) -> [Bin] {
    // How many prompts have pairs in each bin, and the last of them.
    var members = [Int](repeating: 0, count: binCount)
    var lasts = [Int32](repeating: -1, count: binCount)
    var counts = [Int](repeating: 0, count: binCount)
    var confidences = [Double](repeating: 0, count: binCount)
    // In halves: a tie is half right.
    var halves = [Int](repeating: 0, count: binCount)
    for (pair, margin) in margins.enumerated() {
      let confidence = 1 / (1 + exp(-inverse * abs(margin)))
      let place = min(Int((confidence - 0.5) * 2 * Double(binCount)), binCount - 1)
      counts[place] += 1
      if let groups, lasts[place] != groups[pair] {
        lasts[place] = groups[pair]
        members[place] += 1
      }
      confidences[place] += confidence
      halves[place] += margin > 0 ? 2 : margin == 0 ? 1 : 0
    }
    return counts.indices.filter { counts[$0] > 0 }.map { place in
      let count = counts[place]
      let width = 0.5 / Double(binCount)
      return Bin(
        range: (0.5 + Double(place) * width)...(0.5 + Double(place + 1) * width), n: count,
        meanConfidence: confidences[place] / Double(count),
        shareRight: Double(halves[place]) / 2 / Double(count),
        interval: groups == nil
          ? Proportion.wilson(Double(halves[place]) / 2, of: count)
          : Proportion.wilson(
            share: Double(halves[place]) / 2 / Double(count), trials: count,
            clusters: members[place]))
    }
  }
}
