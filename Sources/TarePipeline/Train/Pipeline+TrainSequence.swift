/// `tare train-head --sequence`: domains in order in, what a head learns and forgets out.
internal import Foundation
package import TareCore
internal import TareEngine
internal import TareEvaluation
internal import TareFormats
internal import TareScoring
internal import TareStore
internal import TareTraining

extension Pipeline {
  /// Fits an MLP head to the domains in order, by each update rule and seed, and to all at once.
  ///
  /// - Throws: `TareError.interrupted` between fits if the observer asks for it.
  package func trainSequence(
    _ request: TrainSequenceRequest
  ) throws(TareError) -> SequenceOutcome {
    let rules = try request.rules()
    let head = try request.headSettings()
    try checkWritable(request.output)
    let text = try request.settings.textModel()
    warn(of: text)
    let options = try request.settings.options(readRule: .last, text: text, run: nil)
    let store = try Store(path: request.store ?? ":memory:")
    let extractor = FeatureExtractor(text, threads: request.settings.threads)
    var domains: [SequenceOutcome.Domain] = []
    let columns = try ColumnMapping(command: request.columns)
    var pairs: [FeaturePairs] = []
    for path in request.domains {
      let (file, rows) = try readPairs(path, request.format, columns, request.policy)
      let (features, _): ([(chosen: [Float], rejected: [Float])], Int)
      do throws(TareError) {
        (features, _) = try store.pairFeatures(rows, with: extractor, options, observer: observer)
      } catch {
        throw error.inside(file.name)
      }
      let domain = FeaturePairs(
        chosen: features.map(\.chosen), rejected: features.map(\.rejected),
        prompts: rows.map(\.promptText))
      domains.append(
        SequenceOutcome.Domain(
          file: URL(filePath: file.name).lastPathComponent,
          digest: file.digest, pairs: domain.count,
          prompts: Set(domain.prompts).count))
      pairs.append(domain)
    }

    let fits = SequenceFits(
      names: request.domains, domains: pairs, rules: rules, head: head,
      testShare: request.testShare)
    var progress = FitProgress(total: request.seeds * fits.count, observer)
    var results: [SeedResult] = []
    for seed in 1...request.seeds {
      results.append(try fits.run(seed: UInt64(seed), &progress))
    }
    if let output = request.output, let network = results[0].network {
      let file = Safetensors.encode(
        network.tensors, metadata: headMetadata(for: text, options))
      try write(file, to: output)
    }
    return SequenceOutcome(
      model: text, request: request, rules: rules, domains: domains, results: results)
  }
}
