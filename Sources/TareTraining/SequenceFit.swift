/// Fits an MLP head to one domain after the other, and watches what it forgets.
internal import TareCore

/// One seed's fits. The seed gives the random start, the order of pairs, the masks of the random
/// rule and the pairs that replay keeps, each from a stream of its own: rules differ in nothing but
/// what they do.
package struct SequenceFit<Examples: TrainingExamples>: Sendable {
  private let domains: [SplitDomain<Examples>]
  private let settings: SequenceSettings
  private let seed: UInt64
  /// Standardised by the first domain's training pairs, [domain].
  private let train: [Examples.Rows]
  private let test: [Examples.Rows]
  /// Of the first domain's training pairs alone: later domains are not known yet.
  package let statistics: FeatureStatistics
  private let start: MLPNetwork

  package typealias Run = SequenceRun

  package init(
    _ domains: [SplitDomain<Examples>], _ settings: SequenceSettings, seed: UInt64
  ) {
    self.domains = domains
    self.settings = settings
    self.seed = seed
    let first = domains[0].train
    let statistics = FeatureStatistics(first.vectors, width: first.width)
    self.statistics = statistics
    train = domains.map { Examples.Rows($0.train, statistics) }
    test = domains.map { Examples.Rows($0.test, statistics) }
    var random = Self.generator(.start, 0, seed)
    start = MLPNetwork(
      inputs: first.width, hidden: settings.hidden, outputs: first.outputCount, random: &random)
  }

  /// Trains on the domains in order.
  ///
  /// - Parameters:
  ///   - rule: with its threshold, if it masks.
  ///   - first: the head after the first domain, where another rule's run has it already.
  package func run(_ rule: UpdateRule, after first: MLPNetwork? = nil) -> Run {
    precondition(!rule.needsThreshold)
    var network = start
    var networks: [MLPNetwork] = []
    var memory: [(domain: Int, pairs: [Int])] = []
    for stage in train.indices {
      var pairs = train[stage]
      for part in memory { pairs.add(part.pairs, of: train[part.domain]) }
      if stage == 0, let first {
        network = first
      } else {
        // A first domain has nothing to forget.
        fit(&network, pairs, stage: stage, rule: stage == 0 ? .all : rule)
      }
      networks.append(network)
      if case .replay(let share) = rule {
        var random = Self.generator(.memory, stage, seed)
        let count = max(1, Int((share * Double(train[stage].count)).rounded()))
        memory.append(
          (stage, Array(random.permutation(of: train[stage].count).prefix(count)).sorted()))
      }
    }
    return Run(
      startAccuracies: accuracies(start), accuracies: networks.map(accuracies),
      networks: networks)
  }

  /// Trains on all domains at once, from the same start; features are standardised by all training
  /// pairs.
  ///
  /// - Returns: the share right of each domain's test examples, [domain].
  package func joint() -> [Double] {
    let all = Examples.joined(domains.map(\.train))
    let statistics = FeatureStatistics(all.vectors, width: all.width)
    var network = start
    fit(&network, Examples.Rows(all, statistics), stream: .joint, stage: 0, rule: .all)
    return domains.map { Examples.Rows($0.test, statistics).accuracy(of: network) }
  }

  private func accuracies(_ network: MLPNetwork) -> [Double] {
    test.map { $0.accuracy(of: network) }
  }

  /// One stage: Adam from moments of 0, as the published code starts a program for each task.
  ///
  /// Masked rows have a gradient of 0 and the optimiser steps all the same, as in the published code: a
  /// row goes on for some steps by the moments of the batches in which it was not masked. The last layer
  /// is never masked: its rows are the reward, or classes, of which each must be able to be learnt.
  private func fit(
    _ network: inout MLPNetwork, _ pairs: Examples.Rows, stream: FitStream = .order, stage: Int,
    rule: UpdateRule
  ) {
    var order = Self.generator(stream, stage, seed)
    var masks = Self.generator(.mask, stage, seed)
    var adam = Adam(
      learningRate: settings.learningRate, sizes: network.layers.map(\.values.count))
    for _ in 0..<settings.epochs {
      let shuffled = order.permutation(of: pairs.count)
      for first in stride(from: 0, to: pairs.count, by: settings.batchSize) {
        let members = shuffled[first..<min(first + settings.batchSize, pairs.count)]
        var pass = pairs.pass(members, through: network)
        if let threshold = rule.threshold {
          for (index, layer) in network.layers.dropLast().enumerated() {
            let magnitudes = RowMask.magnitudes(pass.outputs[index], outputs: layer.outputs)
            var kept = RowMask.kept(magnitudes, threshold: threshold)
            if case .random = rule { kept = RowMask.shuffled(kept, &masks) }
            RowMask.apply(kept, to: &pass.gradients[index])
          }
        }
        adam.beginStep()
        for layer in network.layers.indices {
          adam.update(layer, &network.layers[layer].values, pass.gradients[layer])
        }
      }
    }
  }

  private static func generator(_ stream: FitStream, _ stage: Int, _ seed: UInt64) -> Xoshiro256 {
    Xoshiro256(seed: seed << 16 | UInt64(stage) << 4 | stream.rawValue)
  }
}

/// What came of one rule.
package struct SequenceRun: Sendable {
  /// The share right of each domain's test examples before any training, [domain].
  package let startAccuracies: [Double]
  /// The share right after each stage, [stage][domain].
  package let accuracies: [[Double]]
  /// The heads after each stage, for standardised features.
  package let networks: [MLPNetwork]
}

/// What is drawn at random, each from numbers of its own.
private enum FitStream: UInt64 { case start, order, mask, memory, joint }
