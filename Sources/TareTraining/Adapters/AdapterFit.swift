/// Fits low-rank changes of the top layers, and a reward on them, to one domain after the other.
internal import Dispatch
internal import Foundation
internal import TareCore
internal import TareEngine

/// The residual stream below the layers that learn, of one conversation.
package struct StreamStates: Sendable {
  /// [rows, width]
  package let states: [Float]
  /// The row that is read.
  package let row: Int

  package init(states: [Float], row: Int) {
    self.states = states
    self.row = row
  }
}

/// The states of preference pairs.
package struct StreamPairs: Sendable {
  package let chosen: [StreamStates]
  package let rejected: [StreamStates]
  /// [pair]
  package let prompts: [String]

  package init(chosen: [StreamStates], rejected: [StreamStates], prompts: [String]) {
    precondition(chosen.count == prompts.count && rejected.count == prompts.count)
    self.chosen = chosen
    self.rejected = rejected
    self.prompts = prompts
  }

  package var count: Int { prompts.count }
}

/// An adapter and its reward, while they are fitted.
///
/// The loss is Bradley and Terry's, the mean of −log σ(r_chosen − r_rejected); the reward is a linear layer
/// without bias on the feature after the final norm. A starts as PEFT starts it, B and the reward at 0, so
/// that nothing is changed before the first step.
package struct AdapterFit: Sendable {
  package private(set) var stack: AdaptedStack
  /// Of the reward, [width].
  package private(set) var reward: [Double]
  let settings: AdapterSettings
  private let threads: Int
  private let seed: UInt64

  package init(
    _ stack: AdaptedStack, _ settings: AdapterSettings, threads: Int, seed: UInt64
  ) {
    var stack = stack
    var random = Xoshiro256(seed: seed << 8 | 1)
    for layer in stack.layers.indices {
      for place in AdaptedLayer.Place.allCases where settings.targets.contains(place) {
        let linear = stack.layers[layer].linears[place.rawValue]
        // Kaiming's uniform with a = √5, as PEFT draws A: ± 1/√inputs.
        let bound = 1 / Double(linear.inputs).squareRoot()
        let a = (0..<(settings.rank * linear.inputs)).map { _ in
          Float(bound * (2 * random.nextUnit() - 1))
        }
        stack.layers[layer].linears[place.rawValue].change = AdaptedLinear.LowRank(
          rank: settings.rank, scale: Float(settings.alpha / Double(settings.rank)), a: a,
          b: [Float](repeating: 0, count: linear.outputs * settings.rank))
      }
    }
    self.stack = stack
    reward = [Double](repeating: 0, count: stack.width)
    self.settings = settings
    self.threads = max(threads, 1)
    self.seed = seed
  }

  /// Places of the low-rank changes, in the order of the optimiser's arrays.
  var places: [(layer: Int, place: Int)] {
    stack.layers.indices.flatMap { layer in
      stack.layers[layer].linears.indices.compactMap { place in
        stack.layers[layer].linears[place].change == nil ? nil : (layer, place)
      }
    }
  }

  package func rewards(_ states: [StreamStates]) -> [Double] {
    parallel(states) { state in
      self.reward(of: self.stack.forward(state.states, reading: state.row).feature)
    }
  }

  private func reward(of feature: [Float]) -> Double {
    zip(reward, feature).reduce(0) { $0 + $1.0 * Double($1.1) }
  }

  /// The share of pairs whose chosen response has the higher reward; a tie is wrong.
  package func accuracy(_ pairs: StreamPairs) -> Double {
    let right = zip(rewards(pairs.chosen), rewards(pairs.rejected)).count { $0 > $1 }
    return Double(right) / Double(max(pairs.count, 1))
  }

  /// One stage: Adam from moments of 0.
  ///
  /// - Parameters:
  ///   - rule: which rows of A and B learn; replay is the caller's, who mixes pairs in.
  ///   - didStep: is told after each step, and says whether to go on.
  /// - Returns: the mean loss of each epoch.
  package mutating func train(
    on pairs: StreamPairs, rule: UpdateRule, stage: Int, didStep: (Int, Int) -> Bool
  ) -> [Double] {
    precondition(!rule.needsThreshold)
    var order = Xoshiro256(seed: seed << 8 | UInt64(stage) << 2 | 2)
    var masks = Xoshiro256(seed: seed << 8 | UInt64(stage) << 2 | 3)
    var values = places.flatMap { layer, place -> [[Double]] in
      let change = stack.layers[layer].linears[place].change
      return [(change?.a ?? []).map(Double.init), (change?.b ?? []).map(Double.init)]
    }
    values.append(reward)
    var adam = Adam(learningRate: settings.learningRate, sizes: values.map(\.count))
    var losses: [Double] = []
    let steps = (pairs.count + settings.batchSize - 1) / settings.batchSize
    for epoch in 0..<settings.epochs {
      var sum = 0.0
      let shuffled = order.permutation(of: pairs.count)
      for step in 0..<steps {
        let members = Array(
          shuffled[(step * settings.batchSize)..<min((step + 1) * settings.batchSize, pairs.count)])
        var batch = batch(
          members.map { pairs.chosen[$0] }, members.map { pairs.rejected[$0] },
          withMagnitudes: rule.threshold != nil)
        sum += batch.loss * Double(members.count)
        if let threshold = rule.threshold {
          for array in batch.gradients.indices.dropLast() {
            var kept = RowMask.kept(batch.magnitudes[array], threshold: threshold)
            if case .random = rule { kept = RowMask.shuffled(kept, &masks) }
            RowMask.apply(kept, to: &batch.gradients[array])
          }
        }
        adam.beginStep()
        for array in values.indices { adam.update(array, &values[array], batch.gradients[array]) }
        take(values)
        guard didStep(epoch * steps + step + 1, settings.epochs * steps) else { return losses }
      }
      losses.append(sum / Double(max(pairs.count, 1)))
    }
    return losses
  }

  private mutating func take(_ values: [[Double]]) {
    for (index, (layer, place)) in places.enumerated() {
      stack.layers[layer].linears[place].change?.a = values[2 * index].map { Float($0) }
      stack.layers[layer].linears[place].change?.b = values[2 * index + 1].map { Float($0) }
    }
    reward = values[values.count - 1]
  }

  /// Loss, gradients and magnitudes of a batch.
  package struct Batch: Sendable {
    package let loss: Double
    /// A and B of each place in turn, and last the reward's, [array][element].
    package internal(set) var gradients: [[Double]]
    /// The mean magnitude of what the rows of each A and B give, summing to 1, [array][row]; empty where
    /// nobody asks.
    package let magnitudes: [[Double]]
  }

  package func batch(
    _ chosen: [StreamStates], _ rejected: [StreamStates], withMagnitudes: Bool = false
  ) -> Batch {
    let states = chosen + rejected
    let passes = parallel(states) { self.stack.forward($0.states, reading: $0.row) }
    let rewards = passes.map { reward(of: $0.feature) }
    let count = chosen.count
    var loss = 0.0
    var slopes = [Double](repeating: 0, count: states.count)
    for pair in 0..<count {
      let margin = rewards[pair] - rewards[count + pair]
      loss += (max(-margin, 0) + log1p(exp(-abs(margin)))) / Double(count)
      slopes[pair] = -1 / (1 + exp(margin)) / Double(count)
      slopes[count + pair] = -slopes[pair]
    }
    let found = parallel(Array(passes.indices)) { [slopes] index in
      self.stack.backward(self.reward.map { Float($0 * slopes[index]) }, passes[index])
    }
    let places = places
    var gradients = places.flatMap { layer, place -> [[Double]] in
      let change = stack.layers[layer].linears[place].change
      return [
        [Double](repeating: 0, count: change?.a.count ?? 0),
        [Double](repeating: 0, count: change?.b.count ?? 0),
      ]
    }
    for sequence in found {
      for (index, (layer, place)) in places.enumerated() {
        guard let own = sequence[layer][place] else { continue }
        for i in own.a.indices { gradients[2 * index][i] += Double(own.a[i]) }
        for i in own.b.indices { gradients[2 * index + 1][i] += Double(own.b[i]) }
      }
    }
    var ofReward = [Double](repeating: 0, count: reward.count)
    for (pass, slope) in zip(passes, slopes) {
      for i in ofReward.indices { ofReward[i] += slope * Double(pass.feature[i]) }
    }
    gradients.append(ofReward)
    return Batch(
      loss: loss, gradients: gradients,
      magnitudes: withMagnitudes
        ? places.flatMap { layer, place -> [[Double]] in
          let all = passes.map { stack.magnitudes($0, layer: layer, place: place) }
          return [Self.shares(all.map(\.a)), Self.shares(all.map(\.b))]
        } : [])
  }

  /// Means over sequences, divided by their sum.
  private static func shares(_ magnitudes: [[Double]]) -> [Double] {
    var sums = [Double](repeating: 0, count: magnitudes.first?.count ?? 0)
    for row in magnitudes { for i in sums.indices { sums[i] += row[i] } }
    let sum = sums.reduce(0, +)
    return sum > 0 ? sums.map { $0 / sum } : sums
  }

  /// In the order of the input, whatever the number of threads.
  private func parallel<Input: Sendable, Output: Sendable>(
    _ inputs: [Input], _ body: @Sendable (Input) -> Output
  ) -> [Output] {
    ParallelParts.map(threads: threads, count: inputs.count) { body(inputs[$0]) }
  }
}

extension StreamPairs {
  /// Some of the pairs, in the order given.
  package func rows(_ rows: [Int]) -> StreamPairs {
    StreamPairs(
      chosen: rows.map { chosen[$0] }, rejected: rows.map { rejected[$0] },
      prompts: rows.map { prompts[$0] })
  }

  /// These pairs and others after them.
  package func joined(_ other: StreamPairs) -> StreamPairs {
    StreamPairs(
      chosen: chosen + other.chosen, rejected: rejected + other.rejected,
      prompts: prompts + other.prompts)
  }

  /// A share of the pairs, at least one, drawn at random: what replay keeps of a domain.
  package func part(_ share: Double, seed: UInt64, stage: Int) -> StreamPairs {
    var random = Xoshiro256(seed: seed << 8 | UInt64(stage) << 2)
    let count = max(1, Int((share * Double(self.count)).rounded()))
    return rows(Array(random.permutation(of: self.count).prefix(count)).sorted())
  }
}
