/// `tare train-head --sequence`: domains in order in, what a head learns and forgets out.
internal import Foundation
package import TareCore
internal import TareEngine
internal import TareEvaluation
internal import TareScoring
internal import TareStore
internal import TareTraining

extension Pipeline {
  /// Fits an MLP head to the domains in order, by each update rule and seed, and to all at once.
  ///
  /// - Throws: `TareError.interrupted` between fits if the observer asks for it; `TareError.usage` for an
  ///   output where the domains are of classes.
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
    let domains = try sequenceDomains(request, store, extractor, options)
    let results: [SeedResult]
    switch domains.examples {
    case .pairs(let pairs):
      results = try SequenceFits(
        names: request.domains, domains: pairs, rules: rules, head: head,
        testShare: request.testShare
      ).run(seeds: request.seeds, observer)
    case .classes(let texts):
      results = try SequenceFits(
        names: request.domains, domains: texts, rules: rules, head: head,
        testShare: request.testShare
      ).run(seeds: request.seeds, observer)
    }
    if let output = request.output, let network = results[0].network {
      let file = Safetensors.encode(
        network.tensors, metadata: headMetadata(for: text, options))
      try write(file, to: output)
    }
    return SequenceOutcome(
      model: text, request: request, rules: rules, domains: domains.facts,
      results: results)
  }
}
