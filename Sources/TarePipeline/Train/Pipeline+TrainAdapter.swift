/// `tare train-adapter`: preference pairs in, a PEFT adapter with a reward head and its card out.
internal import Foundation
package import TareCore
internal import TareEngine
internal import TareEvaluation
internal import TareFormats
internal import TareScoring
internal import TareTraining

extension Pipeline {
  /// Fits LoRA on the top layers to the domains in order, saves it, and tells how good it is on held-out
  /// pairs of every domain after every stage.
  ///
  /// - Throws: `TareError.interrupted` between steps if the observer asks for it; nothing is saved then.
  package func trainAdapter(
    _ request: TrainAdapterRequest
  ) throws(TareError) -> AdapterOutcome {
    let rule = try request.rule()
    let adapter = try request.adapterSettings()
    try OpenBLAS.require()
    let folder = try AdapterFolder(request.output)
    let text = try request.settings.textModel()
    warn(of: text)
    guard text.weights.ggufMetadata == nil else {
      throw .usage(
        "--model: expected a folder in Hugging Face layout, which PEFT adapts, found GGUF")
    }
    let options = try request.settings.options(readRule: .last, text: text, run: nil)
    let domains = try adapterDomains(request, text, options)
    let count = text.size.layerCount
    guard adapter.layers <= count else {
      throw .usage("--layers: expected 1 to \(count), the model's layers, found \(adapter.layers)")
    }
    let longest = domains.map(\.longest).max() ?? 1
    let stack = try AdaptedStack(text.weights, layers: adapter.layers, positions: longest)
    let extractor = FeatureExtractor(text, threads: request.settings.threads)
    let states = try states(domains, below: count - adapter.layers, extractor)
    var fit = AdapterFit(
      stack, adapter, threads: request.settings.threads, seed: request.seed)
    var outcome = AdapterOutcome(
      model: text.name, digest: text.digest, request: request, rule: rule,
      domains: domains.map(\.facts), start: states.map { fit.accuracy($0.test) })
    var memory: [StreamPairs] = []
    let began = ContinuousClock.now
    for stage in states.indices {
      let pairs = memory.reduce(states[stage].train) { $0.joined($1) }
      let losses = fit.train(on: pairs, rule: stage == 0 ? .all : rule, stage: stage) {
        done, total in
        self.observer.report(
          StageProgress(
            work: "steps", done: done, computed: done, total: total, tokens: 0,
            seconds: (ContinuousClock.now - began) / .seconds(1)))
        return !self.observer.shouldStop()
      }
      guard losses.count == adapter.epochs else {
        throw .interrupted("stopped in training; nothing was saved")
      }
      outcome.add(losses: losses, accuracies: states.map { fit.accuracy($0.test) })
      if case .replay(let share) = rule {
        memory.append(states[stage].train.part(share, seed: request.seed, stage: stage))
      }
    }
    try folder.write(
      config: fit.config(base: text.weights.url.path, firstLayer: count - adapter.layers),
      weights: fit.weights(firstLayer: count - adapter.layers))
    return outcome
  }
}
