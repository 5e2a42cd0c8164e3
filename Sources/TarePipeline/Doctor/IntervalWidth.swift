/// How wide an interval so many labelled prompts give, whatever the scores are.
internal import TareEvaluation

/// Half of Wilson's 95% interval of a share of a half, where it is widest: z / (2 √(n + z²)), z = 1.96. It
/// is the interval that `evaluate` gives a share of n independent trials.
struct IntervalWidth {
  /// As a share.
  let half: Double
  /// The same of the difference of two models on these prompts, z √(d / n): they disagree on d of them.
  let difference: Double

  /// The 97.5% point of the standard normal distribution.
  private static let z = 1.959963984540054
  /// d of many pairs of reward models on public benchmarks, about.
  static let disagreement = 0.2
  /// A subset's half-width from which on its number says little.
  static let wide = 0.15

  /// - Parameter prompts: at least 1.
  init(prompts: Int) {
    let interval = Proportion.wilson(share: 0.5, trials: prompts, clusters: prompts)
    half = (interval.upperBound - interval.lowerBound) / 2
    difference = Self.z * (Self.disagreement / Double(prompts)).squareRoot()
  }

  /// The fewest prompts of which the interval is no wider than this.
  static func prompts(for half: Double) -> Int {
    Int((z * z * (1 / (4 * half * half) - 1)).rounded(.up))
  }

  static let formula =
    "half-width = z / (2 √(n + z²)), z = 1.96, n labelled prompts (Wilson's 95% interval at 50%)"
  static let differenceFormula =
    "half-width = z √(d / n), d the share of prompts on which two models disagree, here 0.2"
}
