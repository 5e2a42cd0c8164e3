/// How like each other the experts of each layer are, several layers at a time.
internal import Synchronization
internal import TareCore
internal import TareEngine
internal import TareInspection

struct ExpertComparison {
  let experts: ExpertTensors
  /// Pairs of a layer whose neurons are assigned to each other.
  let pairs: Int
  let seed: UInt64

  /// Steps of assigning neurons that nobody waits for: some tenths of a second.
  private static let freeSteps = 2e9
  /// Steps of one pair that are not taken without being asked for: some seconds, as from 2,000 neurons.
  private static let mostSteps = 5e10

  /// - Parameters:
  ///   - pairs: nil for as many as take some hundredths of the time that the tokens took to score, or some
  ///     tenths of a second; at least one, unless one alone takes some seconds.
  ///   - tokens: that ran through the model.
  init(_ experts: ExpertTensors, pairs: Int?, tokens: Int, seed: UInt64) {
    self.experts = experts
    self.seed = seed
    if let pairs {
      self.pairs = pairs
      return
    }
    let mixture = experts.mixtures[0].mixture
    let steps = ExpertSimilarity.stepsOfPair(neurons: mixture.size, hidden: experts.hiddenSize)
    // A token takes 3 · chosen · neurons · hidden products in a layer, each twenty times as fast as a step.
    let products = 3.0 * Double(mixture.chosen * mixture.size) * Double(experts.hiddenSize)
    let cheap = max(
      0.02 / 20 * Double(tokens) * products, Self.freeSteps / Double(experts.mixtures.count))
    self.pairs = steps > Self.mostSteps ? 0 : Int(max(min(cheap / steps, 1e6), 1))
  }

  /// Of each layer that has a mixture.
  func run(threads: Int, _ observer: StageObserver) throws(TareError) -> [ExpertSimilarity] {
    typealias Outcome = Result<ExpertSimilarity, TareError>
    let start = ContinuousClock.now
    let total = experts.mixtures.count
    let results = Mutex<(outcomes: [Outcome?], done: Int)>((Array(repeating: nil, count: total), 0))
    WorkerPool(threadCount: min(threads, total)).run(parts: total) { place, _ in
      let outcome = Outcome { () throws(TareError) in
        if observer.shouldStop() { throw .interrupted("stopped; nothing is kept") }
        return try compare(place)
      }
      results.withLock { results in
        results.outcomes[place] = outcome
        results.done += 1
        observer.report(
          StageProgress(
            work: "layers compared", done: results.done, computed: results.done,
            total: total, tokens: 0, seconds: start.duration(to: .now) / .seconds(1)))
      }
    }
    var found: [ExpertSimilarity] = []
    for outcome in results.withLock({ $0.outcomes.compactMap(\.self) }) {
      found.append(try outcome.get())
    }
    return found
  }

  /// - Parameter place: among the layers that have a mixture.
  private func compare(_ place: Int) throws(TareError) -> ExpertSimilarity {
    let (layer, mixture) = experts.mixtures[place]
    return try ExpertSimilarity.of(
      gateRows: experts.routerRows(layer, mixture), pairLimit: pairs, seed: seed
    ) { (index) throws(TareError) in
      let weights = try experts.expert(index, layer, mixture)
      return ExpertWeights(
        neurons: mixture.size, hidden: experts.hiddenSize, w1: weights.w1, w2: weights.w2,
        w3: weights.w3)
    }
  }
}
