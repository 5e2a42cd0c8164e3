/// Means by few labels and many scores: PPI++.
internal import TareNumerics

/// The power-tuned prediction-powered mean (Angelopoulos, Duchi and Zrnic 2023, arXiv 2311.01453, section 6):
///
///     mean(label) over labelled − λ (mean(score) over labelled − mean(score) over unlabelled)
///
/// λ = cov(label, score) / ((1 + n/N) var(score)) makes the variance least, and with it the score's unit and
/// direction do not matter; a score that says nothing gets λ near 0, and the mean is that of the labels. Errors are
/// summed over each prompt.
struct PredictionPowered {
  let labelMean: PolicyMean
  let mean: PolicyMean
  let lambda: Double
  /// The variance of a label, and the share of it that a line through the score explains.
  let variance: Double
  let explained: Double
  let labelled: Int
  let unlabelled: Int

  /// - Returns: nil with fewer than two labels.
  init?(_ sample: PolicySample, _ prompts: [Int], count: Int) {
    let rows = sample.labelled
    let others = sample.labels.indices.filter { sample.labels[$0] == nil }
    let labels = rows.compactMap { sample.labels[$0] }
    guard rows.count > 1, labels.count == rows.count else { return nil }
    let scores = rows.map { sample.scores[$0] }
    let unlabelledScores = others.map { sample.scores[$0] }
    let (n, more) = (Double(rows.count), Double(others.count))
    let (labelMean, scoreMean) = (labels.mean, scores.mean)
    let otherMean = others.isEmpty ? scoreMean : unlabelledScores.mean
    let all = sample.scores
    let variance = Self.variance(all, around: all.mean)
    let covariance =
      zip(labels, scores).reduce(0) { $0 + ($1.0 - labelMean) * ($1.1 - scoreMean) } / n
    lambda =
      others.isEmpty || variance <= 0 ? 0 : covariance / ((1 + n / more) * variance)
    let lambda = lambda
    var (ofLabels, ofBoth) = (
      [Double](repeating: 0, count: count), [Double](repeating: 0, count: count)
    )
    var takesPart = Set<Int>()
    for (place, row) in rows.enumerated() {
      let label = (labels[place] - labelMean) / n
      ofLabels[prompts[row]] += label
      ofBoth[prompts[row]] += label - lambda * (scores[place] - scoreMean) / n
      takesPart.insert(prompts[row])
    }
    let labelledPrompts = takesPart.count
    if lambda != 0 {
      for row in others {
        ofBoth[prompts[row]] += lambda * (sample.scores[row] - otherMean) / more
      }
    }
    self.labelMean = PolicyMean(labelMean, influences: ofLabels, clusters: labelledPrompts)
    // Of the two sums the labelled one has the fewer prompts.
    mean = PolicyMean(
      labelMean - lambda * (scoreMean - otherMean), influences: ofBoth, clusters: labelledPrompts)
    let ofLabel = Self.variance(labels, around: labelMean)
    let ofScore = Self.variance(scores, around: scoreMean)
    self.variance = ofLabel
    explained =
      ofLabel > 0 && ofScore > 0
      ? min(1, covariance * covariance / (ofLabel * ofScore)) : 0
    (labelled, unlabelled) = (rows.count, others.count)
  }

  /// With n in the denominator.
  private static func variance(_ values: [Double], around mean: Double) -> Double {
    values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
  }
}
