import TareCore
import TareTesting
import TareTraining
import Testing

/// Fits of domains that are made to conflict.
@Suite struct SequenceFitTests {
  /// Pairs of 8 features. The chosen response has more of feature 0, or with a negative `sign`
  /// less; feature 1 says which domain it is.
  static func domain(_ name: String, sign: Float, count: Int = 80) -> FeaturePairs {
    var generator = SplitMix(state: UInt64(name.utf8.reduce(0) { $0 * 31 + Int($1) }))
    func vector(_ signal: Float) -> [Float] {
      var vector = (0..<8).map { _ in Float.random(in: -1...1, using: &generator) }
      vector[0] += signal
      vector[1] = 0.5 * sign
      return vector
    }
    return FeaturePairs(
      chosen: (0..<count).map { _ in vector(sign) },
      rejected: (0..<count).map { _ in vector(-sign) },
      prompts: (0..<count).map { "\(name) \($0)" })
  }

  static var settings: SequenceSettings {
    var settings = SequenceSettings()
    settings.hidden = [16]
    settings.epochs = 40
    settings.batchSize = 8
    settings.learningRate = 0.02
    return settings
  }

  private static func split(seed: UInt64 = 1) throws -> [SplitDomain<FeaturePairs>] {
    try [domain("a", sign: 1), domain("b", sign: -1)].map { (pairs) throws(TareError) in
      try SplitDomain(pairs, testShare: 0.3, seed: seed)
    }
  }

  @Test func `conflicting domains are forgotten, and replay forgets less`() throws {
    let fit = SequenceFit(try Self.split(), Self.settings, seed: 1)
    let all = fit.run(.all).accuracies
    #expect(all[0][0] > 0.9)
    #expect(all[1][1] > 0.8)
    #expect(all[1][0] < 0.3)
    let replay = fit.run(.replay(share: 0.5)).accuracies
    #expect(replay[0] == all[0])
    #expect(replay[1][0] > all[1][0] + 0.4)
    #expect(fit.joint().allSatisfy { $0 > 0.9 })
  }

  @Test func `the first domain is learnt alike by every rule, bit for bit, the second is not`()
    throws
  {
    let fit = SequenceFit(try Self.split(), Self.settings, seed: 1)
    let all = fit.run(.all)
    let others = [UpdateRule.migu(threshold: 0.5), .random(threshold: 0.5), .replay(share: 0.5)]
      .map { fit.run($0) }
    for other in others {
      #expect(other.networks[0] == all.networks[0])
      #expect(other.startAccuracies == all.startAccuracies)
    }
    let final = ([all] + others).map(\.networks[1])
    #expect(Set(final).count == 4)
    #expect(fit.run(.migu(threshold: 0)).networks == all.networks)
    #expect(fit.run(.random(threshold: 0)).networks == all.networks)
  }

  @Test func `a seed gives the same bits again, another gives others`() throws {
    let fit = SequenceFit(try Self.split(), Self.settings, seed: 1)
    let again = SequenceFit(try Self.split(), Self.settings, seed: 1)
    let other = SequenceFit(try Self.split(), Self.settings, seed: 2)
    for rule in [UpdateRule.random(threshold: 0.5), .replay(share: 0.5)] {
      #expect(fit.run(rule).networks == again.run(rule).networks)
      #expect(fit.run(rule).networks != other.run(rule).networks)
    }
    #expect(fit.joint() == again.joint())
  }

  /// One step from moments of 0: a row moves if and only if it has a gradient.
  @Test(arguments: [0.25, 0.5, 0.9])
  func `in a step of MIGU the rows of small outputs stay where they are`(threshold: Double) throws {
    var settings = Self.settings
    settings.epochs = 1
    settings.batchSize = 1000
    let domains = try Self.split()
    let fit = SequenceFit(domains, settings, seed: 3)
    let networks = fit.run(.migu(threshold: threshold)).networks
    let second = domains[1].train
    let batch = (second.chosen + second.rejected).flatMap { vector in
      vector.indices.map { index in
        (Double(vector[index]) - fit.statistics.means[index]) / fit.statistics.deviations[index]
      }
    }
    let outputs = networks[0].pass(batch, pairs: second.count).outputs[0]
    let kept = RowMask.kept(RowMask.magnitudes(outputs, outputs: 16), threshold: threshold)
    func row(_ row: Int, _ network: MLPNetwork) -> [Double] {
      Array(network.layers[0].values[(row * 9)..<((row + 1) * 9)])
    }
    let moved = kept.indices.map { row($0, networks[0]) != row($0, networks[1]) }
    // A row whose ReLU is shut for the whole batch has no gradient in any case.
    for row in kept.indices where moved[row] { #expect(kept[row]) }
    #expect(moved.contains(true))
    #expect(kept.contains(false))
    #expect(networks[0].layers[1] != networks[1].layers[1])
  }

  @Test func `the threshold is the best of those tried, and the held-out pairs play no part`()
    throws
  {
    let domains = try Self.split()
    let choice = try ThresholdChoice(domains, Self.settings, seed: 1)
    #expect(choice.accuracies.map(\.threshold) == [0] + ThresholdChoice.candidates)
    let tried = choice.accuracies.dropFirst()
    let best = tried.map(\.accuracy).max()
    #expect(choice.threshold == tried.first { $0.accuracy == best }?.threshold)
    // Cross-validation splits its own training pairs: other pairs to judge by change nothing.
    let other = Self.domain("c", sign: 1)
    let again = try ThresholdChoice(
      domains.map { SplitDomain(train: $0.train, test: other) }, Self.settings, seed: 1)
    #expect(again.accuracies.map(\.accuracy) == choice.accuracies.map(\.accuracy))
  }

  @Test func `too few prompts for cross-validation are refused`() throws {
    let few = try SplitDomain(Self.domain("d", sign: 1, count: 4), testShare: 0.2, seed: 1)
    let error = #expect(throws: TareError.self) {
      try ThresholdChoice([few, few], Self.settings, seed: 1)
    }
    #expect(error?.exitCode == 65)
  }
}
