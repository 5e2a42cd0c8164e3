/// The bootstrap over prompts.
package import TareCore

/// Percentile intervals from resampled prompts (Efron 1979).
///
/// Prompts are drawn with replacement within each stratum, so that subsets keep their number of
/// prompts, and all trials of a prompt go with it. The same seed draws the same prompts of two
/// models' sheets, in whatever order their rows stand.
///
/// Of many prompts most add the same to the sums: then how often each of the few kinds of prompt is
/// drawn is drawn in place of the prompts. Those counts are multinomial, so the resamples are distributed
/// as before, exactly; but models no longer share them.
package struct Bootstrap: Sendable, Hashable {
  package let resamples: Int
  package let seed: UInt64
  /// Whether the totals of several models are set beside each other, resample by resample, so that
  /// prompts have to be drawn however many there are.
  package var isPaired = false

  /// The percentiles' own chance is far below any digit that is shown.
  private static let mostResamples = 1_000_000

  /// Prompts up to which prompts are drawn. The published benchmarks have fewer.
  static let mostDrawn = 20_000

  package init(resamples: Int = 10_000, seed: UInt64 = 1) throws(TareError) {
    guard (1...Self.mostResamples).contains(resamples) else {
      throw .usage(
        "bootstrap resamples: expected 1 to \(Self.mostResamples), found \(resamples)")
    }
    self.resamples = resamples
    self.seed = seed
  }

  /// What numbers come to in each resample, [formula][resample], and how those were drawn.
  ///
  /// - Parameter prompts: of all that the sheet is a part of, which decide how to draw; nil for its own.
  func samples(
    of formulas: [Formula], on sheet: TrialSheet, amongPrompts prompts: Int? = nil
  ) -> (samples: [[Double]], method: Accuracy.IntervalMethod) {
    guard !formulas.isEmpty else { return ([], .bootstrap) }
    var random = Xoshiro256(seed: seed)
    let strata = sheet.strata.map { PromptSums($0, of: sheet) }
    var sums = ColumnSums(strata: strata.count, columns: sheet.columns.count)
    var samples = formulas.map { _ in [Double]() }
    for formula in samples.indices { samples[formula].reserveCapacity(resamples) }
    let kinds =
      (prompts ?? sheet.ids.count) > Self.mostDrawn && !isPaired
      ? PromptKinds.all(of: strata) : nil
    for _ in 0..<resamples {
      for stratum in sheet.sortedStrata {
        if let kinds {
          kinds[stratum].addResample(&random, to: &sums.values, at: stratum)
        } else {
          strata[stratum].addResample(&random, to: &sums.values, at: stratum)
        }
      }
      for (index, formula) in formulas.enumerated() {
        samples[index].append(formula.value(sums))
      }
    }
    return (samples, kinds == nil ? .bootstrap : .bootstrapCounts)
  }
}

extension ClosedRange<Double> {
  /// The 2.5% and 97.5% percentiles.
  init(percentilesOf samples: [Double]) {
    let sorted = samples.sorted()
    self = sorted.quantile(0.025)...sorted.quantile(0.975)
  }
}

/// What each prompt of a stratum adds to sums and counts.
struct PromptSums {
  let prompts: Int
  let width: Int
  /// [prompt, column, sum and count].
  private(set) var values: [Double]

  init(_ stratum: Stratum, of sheet: TrialSheet) {
    prompts = stratum.prompts.count
    width = 2 * sheet.columns.count
    values = Array(repeating: 0, count: prompts * width)
    let trials = sheet.trials
    for (position, prompt) in stratum.prompts.enumerated() {
      for trial in sheet.trialRange(prompt) {
        let place = position * width + 2 * Int(trials.columns[trial])
        let weight = trials.weight(trial)
        values[place] += weight * trials.values[trial]
        values[place + 1] += weight
      }
    }
  }

  /// Draws as many prompts as there are and puts their sums at the stratum's place.
  func addResample(
    _ random: inout Xoshiro256, to sums: inout [Double], at stratum: Int
  ) {
    // Most benchmarks have one column, and two sums stay in registers.
    if width == 2 {
      var sum = 0.0
      var count = 0.0
      for _ in 0..<prompts {
        let place = 2 * random.next(below: prompts)
        sum += values[place]
        count += values[place + 1]
      }
      sums[2 * stratum] = sum
      sums[2 * stratum + 1] = count
      return
    }
    let start = stratum * width
    for index in start..<start + width { sums[index] = 0 }
    for _ in 0..<prompts {
      let place = width * random.next(below: prompts)
      for index in 0..<width { sums[start + index] += values[place + index] }
    }
  }
}
