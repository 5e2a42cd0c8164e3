/// Means by scores that labels have calibrated.
internal import TareCore
internal import TareNumerics

/// Cross-fitted by prompt: five curves, each from the labels of the other folds' prompts, of all policies together.
/// A policy's mean is that of what the curves make of its scores, plus, where it has labels of its own, the mean of
/// those labels less what the curve without their prompt says of them (cross-prediction-powered inference, Zrnic and
/// Candès 2024; the calibration with an oracle correction of Landesberg et al. 2025, arXiv 2512.11150).
///
/// Everything, curves included, is made anew without each of 20 groups of prompts: that is where the errors come
/// from, so that they hold the curves' own.
struct CalibratedMeans {
  struct Values {
    /// [policy]
    var means: [Double]
    /// Mean square of labels about their curve's values, and of the values about their mean, [policy].
    var variances: [(rest: Double, curve: Double)]
    /// Residuals of each policy's labels from a curve through the labels of all others; nil where that is not
    /// possible, [policy].
    var transported: [Double?]
  }

  let whole: Values
  /// [group]
  let without: [Values]
  static let folds = 5
  private static let groups = 20
  /// A policy with labels in fewer prompts gets no correction of its own.
  static let leastOwn = 5
  /// Whether a policy's own labels correct its mean, [policy].
  let isCorrected: [Bool]

  /// - Parameter labelledPrompts: at least two.
  init(_ samples: [PolicySample], _ prompts: SharedPrompts, labelledPrompts: Int) {
    let folds = prompts.dealt(into: min(Self.folds, labelledPrompts), salt: "fold")
    let count = min(Self.groups, labelledPrompts)
    let groups = prompts.dealt(into: count, salt: "group")
    let own = samples.indices.map { sample in
      Set(samples[sample].labelled.map { prompts.ofRow[sample][$0] }).count
    }
    let isCorrected = own.map { $0 >= Self.leastOwn }
    self.isCorrected = isCorrected
    let all = ParallelParts.map(threads: 2, count: count + 1) { part in
      Self.values(samples, prompts, folds: folds, isCorrected) {
        part == count || groups[$0] != part
      }
    }
    whole = all[count]
    without = Array(all[..<count])
  }

  private static func values(
    _ samples: [PolicySample], _ prompts: SharedPrompts, folds: [Int], _ isCorrected: [Bool],
    takes: (Int) -> Bool
  ) -> Values {
    let rows = samples.indices.map { sample in
      samples[sample].scores.indices.filter { takes(prompts.ofRow[sample][$0]) }
    }
    let count = (folds.max() ?? 0) + 1
    let curves = (0..<count).map { fold in
      curve(samples, rows) { folds[prompts.ofRow[$0][$1]] != fold }
    }
    var values = Values(means: [], variances: [], transported: [])
    for (place, sample) in samples.enumerated() {
      let made = rows[place].map { row -> Double in
        let covariates = sample.covariates.map { $0[row] }
        if sample.labels[row] != nil {
          return curves[folds[prompts.ofRow[place][row]]].label(sample.scores[row], covariates)
        }
        let sum = curves.reduce(0) { $0 + $1.label(sample.scores[row], covariates) }
        return sum / Double(count)
      }
      let rests = zip(rows[place], made).compactMap { row, value in
        sample.labels[row].map { $0 - value }
      }
      let mean = made.mean
      values.means.append(mean + (isCorrected[place] && !rests.isEmpty ? rests.mean : 0))
      let middle = rests.isEmpty ? 0 : rests.mean
      values.variances.append(
        (
          rests.isEmpty ? 0 : rests.map { ($0 - middle) * ($0 - middle) }.mean,
          made.map { ($0 - mean) * ($0 - mean) }.mean
        ))
      let canTransport =
        isCorrected[place] && isCorrected.indices.contains { $0 != place && isCorrected[$0] }
      values.transported.append(canTransport ? transported(samples, rows, place) : nil)
    }
    return values
  }

  /// A curve through the labels of some rows.
  private static func curve(
    _ samples: [PolicySample], _ rows: [[Int]], where takes: (Int, Int) -> Bool
  ) -> LabelCurve {
    var (scores, labels): ([Double], [Double]) = ([], [])
    var covariates = (samples.first?.covariates ?? []).map { _ in [Double]() }
    for (place, sample) in samples.enumerated() {
      for row in rows[place] where takes(place, row) {
        guard let label = sample.labels[row] else { continue }
        scores.append(sample.scores[row])
        labels.append(label)
        for covariate in covariates.indices {
          covariates[covariate].append(sample.covariates[covariate][row])
        }
      }
    }
    return LabelCurve(scores: scores, labels: labels, covariates: covariates)
  }

  /// The mean of a policy's labels less what a curve through all other policies' labels says of them.
  private static func transported(
    _ samples: [PolicySample], _ rows: [[Int]], _ policy: Int
  ) -> Double? {
    let own = rows[policy].filter { samples[policy].labels[$0] != nil }
    guard !own.isEmpty else { return nil }
    let curve = curve(samples, rows) { place, _ in place != policy }
    let sample = samples[policy]
    return own.compactMap { row in
      sample.labels[row].map {
        $0 - curve.label(sample.scores[row], sample.covariates.map { $0[row] })
      }
    }.mean
  }
}
