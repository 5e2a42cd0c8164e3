/// All fits of `tare train-head --sequence` for one seed after the other.
internal import TareCore
internal import TareEngine
internal import TareEvaluation
internal import TareTraining

struct SequenceFits<Examples: TrainingExamples>: Sendable {
  /// [domain]
  let names: [String]
  let domains: [Examples]
  let rules: [UpdateRule]
  let head: SequenceSettings
  let testShare: Double

  private var needsThreshold: Bool { rules.contains(where: \.needsThreshold) }

  /// Pieces of work a seed: each rule, joint training, the choice of the threshold.
  private var count: Int { rules.count + 1 + (needsThreshold ? 1 : 0) }

  /// What each seed gives, from 1 on.
  func run(seeds: Int, _ observer: StageObserver) throws(TareError) -> [SeedResult] {
    var progress = FitProgress(total: seeds * count, observer)
    var results: [SeedResult] = []
    for seed in 1...seeds { results.append(try run(seed: UInt64(seed), &progress)) }
    return results
  }

  private func run(seed: UInt64, _ progress: inout FitProgress) throws(TareError) -> SeedResult {
    try OpenBLAS.require()
    let split = try split(seed: seed)
    var result = SeedResult(testPairs: split.map(\.test.count))
    if needsThreshold {
      result.choice = try ThresholdChoice(split, head, seed: seed)
      try progress.count()
    }
    let fit = SequenceFit(split, head, seed: seed)
    for rule in rules {
      let run = fit.run(rule.with(threshold: result.choice?.threshold))
      result.matrices.append(
        AccuracyMatrix(start: run.startAccuracies, stages: run.accuracies))
      if result.network == nil { result.network = run.networks.last?.folding(fit.statistics) }
      try progress.count()
    }
    result.joint = fit.joint()
    try progress.count()
    return result
  }

  private func split(seed: UInt64) throws(TareError) -> [SplitDomain<Examples>] {
    var split: [SplitDomain<Examples>] = []
    for (domain, name) in zip(domains, names) {
      do throws(TareError) {
        split.append(try SplitDomain(domain, testShare: testShare, seed: seed))
      } catch {
        throw error.inside(name)
      }
    }
    return split
  }
}
