/// One run of a file's texts through a model, and the sums of what it tells.
internal import TareCore
internal import TareEngine
internal import TareInspection
internal import TareScoring

struct InspectionPass {
  private let model: InspectedModel
  private let texts: InspectedTexts
  private let request: InspectTextsRequest
  private let experts: ExpertTensors?
  private var attentionTrace: AttentionTrace?
  private var tally: RoutingTally?
  private var joint: [[Double]] = []
  private var recurrent: [RoutingTrace.Recurrent] = []
  private var outputs: [ExpertOutputSums] = []

  /// Texts whose loads are held until they are added in the file's order.
  private static let pageSize = 512

  init(
    _ model: InspectedModel, _ texts: InspectedTexts, _ request: InspectTextsRequest,
    _ experts: ExpertTensors?
  ) {
    self.model = model
    self.texts = texts
    self.request = request
    self.experts = experts
  }

  /// - Throws: `TareError.interrupted` between batches if the observer asks for it.
  mutating func run(
    _ settings: PassProbe.Settings, _ observer: StageObserver
  ) throws(TareError) {
    let start = ContinuousClock.now
    let samples = settings.routing ? sampled() : texts.items.map { _ in [] }
    var (done, tokens) = (0, 0)
    for first in stride(from: 0, to: texts.items.count, by: Self.pageSize) {
      let page = first..<min(first + Self.pageSize, texts.items.count)
      let ids = page.map { texts.items[$0].conversation.ids }
      var loads: [Int: TextRouting] = [:]
      for batch in BatchPlan.batches(ids, sharesPrefixes: model.sharesPrefixes) {
        if observer.shouldStop() { throw .interrupted("stopped; nothing is kept") }
        let members = batch.members.map { page.lowerBound + $0 }
        let probe = PassProbe(
          settings,
          members.map { index in
            PassProbe.Sequence(
              responseStart: texts.items[index].conversation.responseStart ?? 0,
              samples: samples[index])
          })
        let scores = try model.run(members.map { texts.items[$0].conversation }, probe)
        add(probe, members, scores, into: &loads)
        done += members.count
        tokens += members.reduce(0) { $0 + texts.items[$1].conversation.ids.count }
        observer.report(
          StageProgress(
            work: "inspected", done: done, computed: done, total: texts.items.count,
            tokens: tokens, seconds: start.duration(to: .now) / .seconds(1)))
      }
      for (_, load) in loads.sorted(by: { $0.key < $1.key }) { tally?.add(load) }
    }
  }

  /// Positions whose tokens run through all experts.
  private func sampled() -> [[Int]] {
    guard let mixture = experts?.mixtures.first?.mixture else { return texts.items.map { _ in [] } }
    // All experts on a share s of the tokens cost s · experts / chosen of what the chosen ones cost; a
    // few rows at a time take several times as long a row.
    let cheap =
      0.005 * Double(texts.tokens) * Double(mixture.chosen) / Double(max(mixture.experts, 1))
    return texts.drawn(request.samples ?? max(Int(cheap), 64), seed: request.seed)
  }

  private mutating func add(
    _ probe: PassProbe, _ members: [Int], _ scores: [Double]?, into loads: inout [Int: TextRouting]
  ) {
    if let trace = probe.attention {
      if attentionTrace == nil { attentionTrace = trace } else { attentionTrace? += trace }
    }
    guard let trace = probe.routing else { return }
    if tally == nil {
      tally = RoutingTally(
        layers: trace.layers, experts: trace.experts, chosen: trace.chosen,
        microBatch: request.microBatch, seed: request.seed)
      joint = trace.joint.map { $0.map { _ in 0 } }
      recurrent = trace.recurrent.map { _ in RoutingTrace.Recurrent() }
      outputs = trace.layers.map { _ in ExpertOutputSums(experts: trace.experts) }
    }
    for (layer, counts) in trace.joint.enumerated() {
      for (place, count) in counts.enumerated() { joint[layer][place] += count }
    }
    for (layer, sums) in trace.recurrent.enumerated() { recurrent[layer] += sums }
    for (layer, samples) in trace.samples.enumerated() {
      for sample in samples {
        outputs[layer].add(
          scores: sample.scores, norms: sample.norms, similarity: sample.similarity,
          active: sample.active)
      }
    }
    for (place, index) in members.enumerated() {
      loads[index] = TextRouting(trace.texts[place], texts.items[index], score: scores?[place])
    }
  }

  // MARK: - Outcomes

  func attention() throws(TareError) -> AttentionInspection? {
    guard let attentionTrace, let spec = try model.text.weights.decoderSpec() else { return nil }
    return AttentionInspection(
      attentionTrace, spec, model: model.text.name, texts: texts.items.count)
  }

  func routing(_ observer: StageObserver) throws(TareError) -> RoutingInspection? {
    guard var found = tally?.finish(model: model.text.name, joint: joint) else { return nil }
    for layer in found.layers.indices {
      if layer < recurrent.count {
        found.layers[layer].recurrent = RoutingInspection.RecurrentState(
          recurrent[layer], isFirst: layer == 0)
      }
      found.layers[layer].outputs = outputs[layer].outcome(threshold: request.activeThreshold)
    }
    guard let experts else { return found }
    let comparison = ExpertComparison(
      experts, pairs: request.expertPairs, tokens: texts.tokens, seed: request.seed)
    do throws(TareError) {
      let similarities = try comparison.run(threads: request.settings.threads, observer)
      for (layer, similarity) in similarities.enumerated() {
        found.layers[layer].experts = similarity
      }
    } catch {
      throw error.inside(model.text.name)
    }
    return found
  }
}

extension TextRouting {
  fileprivate init(_ text: RoutingTrace.Text, _ item: InspectedTexts.Item, score: Double?) {
    self.init(
      prompt: item.row.promptText, subset: item.row.subset, section: item.row.section,
      score: score, length: Double(item.conversation.length), tokens: text.tokens,
      responseTokens: text.responseTokens, counts: text.counts,
      probabilities: text.probabilities, responseCounts: text.responseCounts)
  }
}

extension RoutingInspection.RecurrentState {
  fileprivate init(_ sums: RoutingTrace.Recurrent, isFirst: Bool) {
    let count = Double(max(sums.tokens, 1))
    self.init(
      norm: sums.norm / count, change: sums.change / count,
      cosine: isFirst ? nil : sums.cosine / count)
  }
}
