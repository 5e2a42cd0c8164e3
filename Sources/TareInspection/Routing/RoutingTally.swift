/// Sums over the texts of a run, from which `RoutingInspection` is made.

/// Takes texts in the order of the input, one at a time, and keeps sums alone: of all tokens, of those of
/// each subset and of the micro-batch under way; and, for `RoutingPrediction`, the experts' shares in at
/// most `responseLimit` responses (see `ResponseSample`).
///
/// A text's subset is its `subset`, or else its `section`; a text with neither is in no subset, and is
/// elsewhere to all of them. A micro-batch is `microBatch` texts that follow each other; the last may be
/// short and counts as much as the others. A text without tokens has no loss of its own.
package struct RoutingTally: Sendable {
  /// Responses that are kept for the prediction: 1,000 responses of 48 layers with 128 experts are 25 MB,
  /// and the regressions on them take some 5 seconds of one core. Their time is as the cube.
  package static let responseLimit = 1_000

  /// Which layers of the model have a mixture, in order.
  let layers: [Int]
  let experts: Int
  let chosen: Int
  let microBatch: Int
  let seed: UInt64
  private(set) var all: ExpertLoad
  private(set) var responseTokens = 0
  /// In the order of their first texts.
  private(set) var subsets: [(name: String, load: ExpertLoad)] = []
  private var subsetNumbers: [String: Int] = [:]
  private(set) var responses: ResponseSample
  private var sequences: LossMeans
  private var microBatches: LossMeans
  /// The micro-batch under way.
  private var current: ExpertLoad

  /// - Parameters:
  ///   - layers: among all layers of the model, from 0; those that have a mixture.
  ///   - chosen: experts of a token, k.
  ///   - microBatch: texts of a micro-batch, 1 or more.
  ///   - seed: which prompts are kept, how they are dealt to folds, and the resamples.
  ///   - responseLimit: how many responses are kept for the prediction, at most.
  package init(
    layers: [Int], experts: Int, chosen: Int, microBatch: Int, seed: UInt64,
    responseLimit: Int = Self.responseLimit
  ) {
    precondition(experts > 0 && chosen > 0 && microBatch > 0)
    self.layers = layers
    self.experts = experts
    self.chosen = chosen
    self.microBatch = microBatch
    self.seed = seed
    all = ExpertLoad(layers: layers.count, experts: experts)
    current = all
    responses = ResponseSample(limit: responseLimit, seed: seed)
    sequences = LossMeans(layers: layers.count)
    microBatches = sequences
  }

  package mutating func add(_ text: TextRouting) {
    precondition(text.counts.count == layers.count && text.probabilities.count == layers.count)
    all.add(text)
    responseTokens += text.responseTokens
    responses.add(text)
    if let name = text.subset ?? text.section { add(text, toSubset: name) }
    var sequence = ExpertLoad(layers: layers.count, experts: experts)
    sequence.add(text)
    sequences.add(sequence)
    current.add(text)
    guard current.texts == microBatch else { return }
    microBatches.add(current)
    current = ExpertLoad(layers: layers.count, experts: experts)
  }

  private mutating func add(_ text: TextRouting, toSubset name: String) {
    let number = subsetNumbers[name, default: subsets.count]
    if number == subsets.count {
      subsetNumbers[name] = number
      subsets.append((name, ExpertLoad(layers: layers.count, experts: experts)))
    }
    subsets[number].load.add(text)
  }

  /// Of each layer, [layer], and of all layers' tokens together.
  var losses: (layers: [RoutingInspection.Losses], pooled: RoutingInspection.Losses) {
    var batches = microBatches
    batches.add(current)
    let global = all.losses
    let layers = layers.indices.map { layer in
      RoutingInspection.Losses(
        sequence: sequences.mean(layer), microBatch: batches.mean(layer), global: global[layer])
    }
    let pooled = RoutingInspection.Losses(
      sequence: sequences.pooledMean, microBatch: batches.pooledMean, global: all.pooledLoss)
    return (layers, pooled)
  }
}

/// Means over sequences, or over micro-batches, each of which counts once.
private struct LossMeans {
  private var count = 0
  /// [layer]
  private var sums: [Double]
  private var pooledSum = 0.0

  init(layers: Int) { sums = Array(repeating: 0, count: layers) }

  /// Does nothing where there are no tokens.
  mutating func add(_ load: ExpertLoad) {
    guard load.tokens > 0 else { return }
    count += 1
    for (layer, loss) in load.losses.enumerated() { sums[layer] += loss }
    pooledSum += load.pooledLoss
  }

  func mean(_ layer: Int) -> Double { sums[layer] / Double(max(count, 1)) }

  var pooledMean: Double { pooledSum / Double(max(count, 1)) }
}
