/// Intervals of numbers that are made of sums over prompts.
internal import TareCore

/// The percentile bootstrap over prompts (Efron 1979), for a number that is a function of sums to each of
/// which each prompt adds. The same resamples serve all numbers.
struct PromptBootstrap {
  static let resamples = 1_000

  private let prompts: Int
  /// The prompts of each resample, [resample, prompt].
  private let draws: [Int]

  init(prompts: Int, seed: UInt64) {
    self.prompts = prompts
    var random = Xoshiro256(seed: seed)
    draws = (0..<Self.resamples * prompts).map { _ in random.next(below: prompts) }
  }

  /// - Parameters:
  ///   - columns: what each prompt adds to each sum, [sum][prompt].
  ///   - number: of the sums, [sum]; a resample for which it is nil is left out.
  /// - Returns: nil where the number of all prompts is nil.
  func estimate(_ columns: [[Double]], _ number: ([Double]) -> Double?) -> Estimate? {
    guard let value = number(columns.map { $0.reduce(0, +) }) else { return nil }
    let samples = (0..<Self.resamples).compactMap { resample in
      number(columns.map { sum($0, resample) })
    }
    guard !samples.isEmpty else { return Estimate(value: value, low: value, high: value) }
    let sorted = samples.sorted()
    return Estimate(value: value, low: sorted.quantile(0.025), high: sorted.quantile(0.975))
  }

  private func sum(_ column: [Double], _ resample: Int) -> Double {
    draws[resample * prompts..<(resample + 1) * prompts].reduce(0) { $0 + column[$1] }
  }
}
