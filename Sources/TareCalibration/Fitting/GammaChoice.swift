/// How much of a bias the labels say to take off.
package import TareCore
internal import TareNumerics

/// Gamma from labelled prompts: P(better wins) = σ(a (Δs − gamma Δb)), a and gamma by maximum
/// likelihood, gamma from 0 to 2.
///
/// It is used only if it predicts prompts that it was not fitted to: over five folds the log-loss
/// must fall by more than one standard error of its fall, and no fewer pairs may be ordered rightly.
/// Otherwise gamma is 0, and that is a result: the labels do not support the correction.
package struct GammaChoice: Sendable, Hashable {
  package let gamma: Double
  /// Maximum likelihood over all prompts, before it was tested.
  package let estimate: Double
  /// 95% interval of the estimate, from 200 resamples of the prompts, or what those come to where there
  /// are more than 20,000; nil below two prompts.
  package let interval: ClosedRange<Double>?
  /// Fall of the log-loss a prompt in held-out folds, and its standard error.
  package let gain: Double
  package let gainError: Double
  /// Pairs in order in held-out folds without and with gamma, in prompts (each weighs alike).
  package let rightRaw: Double
  package let rightCalibrated: Double
  package let prompts: Int
  package let pairs: Int
  /// Whether the fit to all prompts ended; where it did not, gamma is 0.
  package let didConverge: Bool

  /// Whether the interval is the normal limit of the resamples'.
  package var hasNormalInterval: Bool { prompts > Self.mostResampled }

  /// Resamples of more prompts are near normal: their ends would be off by less than the 200 resamples'
  /// own chance, a fourteenth of the interval's width.
  private static let mostResampled = 20_000
  /// Above 2 it would turn the preference round.
  private static let most = 2.0
  /// Fewer labelled prompts choose nothing.
  package static let leastPrompts = Verdict.leastPrompts

  /// - Parameter givenBiases: of each row, best from fits that did not see its prompt, [row].
  /// - Throws: `TareError.usage` without labels or prompts.
  package init(
    _ given: CalibrationTable, biases givenBiases: [Double]
  ) throws(TareError) {
    let (table, rows) = given.canonical()
    guard let labelled = LabelledScores(table) else {
      throw .usage("gamma from labels requires prompts and labels (1 for the better response)")
    }
    self.init(labelled, biases: rows.map { givenBiases.taking($0) } ?? givenBiases)
  }

  /// - Parameter biases: as above, in the order of the rows that `labelled` was made of.
  init(_ labelled: LabelledScores, biases: [Double]) {
    self.init(labelled, differences: labelled.pairs.differences(biases))
  }

  /// - Parameter differences: of the bias, better less worse, [pair].
  init(_ labelled: LabelledScores, differences: consuming [Double]) {
    let pairs = labelled.pairs
    prompts = pairs.prompts
    self.pairs = pairs.count
    let all = Sample(labelled, differences)
    let fit = all.fit(start: [labelled.slope, 0])
    estimate = fit.gamma
    didConverge = fit.didConverge
    guard prompts >= Self.leastPrompts, didConverge else {
      (gamma, interval, gain, gainError, rightRaw, rightCalibrated) = (0, nil, 0, 0, 0, 0)
      return
    }
    interval = Self.interval(
      all, pairs, start: [fit.slope, -fit.slope * fit.gamma * all.unit])
    let held = Self.held(all, labelled, fit)
    (gain, gainError) = (held.gain.mean, held.gain.standardError)
    (rightRaw, rightCalibrated) = (held.rightRaw, held.rightCalibrated)
    let isBetter = gain > gainError && rightCalibrated >= rightRaw
    gamma = isBetter ? estimate : 0
  }

  /// Pairs with weights.
  private struct Sample {
    var scores: [Double]
    var bias: [Double]
    var weights: PairWeights

    /// What a gamma of 1 is on bias in units of its own spread.
    let unit: Double

    /// - Parameter bias: differences, [pair]; kept in units of their root mean square, as scores are.
    init(_ labelled: LabelledScores, _ bias: consuming [Double]) {
      let spread = labelled.pairs.spread(of: bias)
      scores = labelled.differences
      for pair in bias.indices { bias[pair] /= spread }
      self.bias = bias
      weights = PairWeights(labelled.pairs.weight)
      unit = spread / labelled.spread
    }

    func weighted(_ weights: PairWeights) -> Sample {
      var sample = self
      sample.weights = weights
      return sample
    }

    /// Slope of the score, and gamma from 0 to 2.
    func fit(
      start: [Double]? = nil
    ) -> (slope: Double, gamma: Double, didConverge: Bool) {
      // A ridge this small only ends the steps where pairs can be told apart without error.
      let both = PairLogit(
        [scores, bias], weights: weights, ridge: [1e-6, 1e-6], start: start)
      let didConverge = both?.didConverge ?? true
      if let both, both.coefficients[0] > 0, both.coefficients[1] < 0 {
        let gamma = -both.coefficients[1] / both.coefficients[0] / unit
        if gamma <= GammaChoice.most { return (both.coefficients[0], gamma, didConverge) }
        return (slope(at: GammaChoice.most), GammaChoice.most, didConverge)
      }
      return (slope(at: 0), 0, didConverge)
    }

    /// By the delta method from Huber's sandwich over prompts, cut to gammas from 0 to 2 as resamples are;
    /// nil where the fit finds none.
    func normalInterval(_ pairs: LabelledPairs, start: [Double]) -> ClosedRange<Double>? {
      let features = [scores, bias]
      guard
        let both = PairLogit(features, weights: weights, ridge: [1e-6, 1e-6], start: start),
        both.coefficients[0] > 0
      else { return nil }
      let covariance = both.covariance(
        features, weights: weights, prompts: pairs.prompt, count: pairs.prompts)
      let ratio = both.coefficients[1] / both.coefficients[0]
      let variance =
        covariance[1][1] - 2 * ratio * covariance[0][1] + ratio * ratio * covariance[0][0]
      let half = 1.959963984540054 * variance.squareRoot() / both.coefficients[0] / unit
      let gamma = -ratio / unit
      func cut(_ end: Double) -> Double { min(max(end, 0), GammaChoice.most) }
      return half.isFinite ? cut(gamma - half)...cut(gamma + half) : nil
    }

    func gamma(start: [Double]) -> Double { fit(start: start).gamma }

    /// A margin less gamma of its bias, in units of the scores' spread.
    @inline(__always)
    func calibrated(_ gamma: Double, _ pair: Int) -> Double {
      scores[pair] - gamma * unit * bias[pair]
    }

    func slope(at gamma: Double) -> Double {
      LabelledScores.slope(of: scores.indices.map { calibrated(gamma, $0) }, weights)
    }
  }

  /// - Parameter start: coefficients of the fit to all, from which a resample's are not far.
  private static func interval(
    _ all: Sample, _ pairs: LabelledPairs, start: [Double]
  ) -> ClosedRange<Double>? {
    guard pairs.prompts > 1 else { return nil }
    if pairs.prompts > mostResampled, let interval = all.normalInterval(pairs, start: start) {
      return interval
    }
    var random = Xoshiro256(seed: 1)
    let estimates = (0..<200).map { _ -> Double in
      var counts = [Double](repeating: 0, count: pairs.prompts)
      for _ in 0..<pairs.prompts { counts[random.next(below: pairs.prompts)] += 1 }
      let weights = pairs.weight.indices.map { pairs.weight[$0] * counts[Int(pairs.prompt[$0])] }
      return all.weighted(PairWeights(weights)).gamma(start: start)
    }.sorted()
    return estimates.quantile(0.025)...estimates.quantile(0.975)
  }

  private struct Held {
    /// [prompt].
    var gain: [Double]
    var rightRaw = 0.0
    var rightCalibrated = 0.0
  }

  /// - Parameter whole: the fit to all, from which those without a fold are not far.
  private static func held(
    _ all: Sample, _ labelled: LabelledScores,
    _ whole: (slope: Double, gamma: Double, didConverge: Bool)
  ) -> Held {
    let (pairs, folds) = (labelled.pairs, labelled.folds)
    let start = [whole.slope, -whole.slope * whole.gamma * all.unit]
    let fits = ParallelParts.map(threads: 2, count: Folds.usual) { fold in
      all.weighted(labelled.weights(without: fold)).fit(start: start)
    }
    var held = Held(gain: [Double](repeating: 0, count: pairs.prompts))
    for (fold, fit) in fits.enumerated() {
      let raw = labelled.slopes[fold]
      for pair in pairs.weight.indices where folds[pair] == fold {
        let (weight, calibrated) = (pairs.weight[pair], all.calibrated(fit.gamma, pair))
        held.gain[Int(pairs.prompt[pair])] +=
          weight
          * (PairLogit.loss(raw * all.scores[pair]) - PairLogit.loss(fit.slope * calibrated))
        held.rightRaw += weight * share(all.scores[pair])
        held.rightCalibrated += weight * share(calibrated)
      }
    }
    return held
  }

  /// A tie is half right.
  private static func share(_ margin: Double) -> Double {
    margin > 0 ? 1 : margin == 0 ? 0.5 : 0
  }

  package var json: JSONValue {
    var object: JSONObject = [
      "gamma": .double(gamma), "estimate": .double(estimate),
      "interval": interval.map { [.double($0.lowerBound), .double($0.upperBound)] } ?? .null,
      "held_out_gain": .double(gain), "held_out_gain_se": .double(gainError),
      "held_out_right_raw": .double(rightRaw),
      "held_out_right_calibrated": .double(rightCalibrated), "prompts": .int(prompts),
      "pairs": .int(pairs),
    ]
    if !didConverge {
      object["converged"] = false
      object["not_converged"] = .string("the fit of gamma, \(PairLogit.mostSteps) steps")
    }
    if hasNormalInterval, interval != nil { object["interval_method"] = "normal" }
    return .object(object)
  }
}
