import Foundation
import TareCore
import TareEngine
import TareTesting
import TareTraining
import Testing

@Suite struct MLPNetworkTests {
  private static func random(_ count: Int, seed: UInt64) -> [Double] {
    var generator = SplitMix(state: seed)
    return (0..<count).map { _ in Double.random(in: -1.5...1.5, using: &generator) }
  }

  /// Central differences with h = 1e-5 in a loss of about 0.7: the rounding of a difference is about
  /// 1e-16 / h = 1e-11, the neglected third derivative h² = 1e-10 times a number near 1.
  @Test(arguments: [[4], [5, 3], []])
  func `the gradient is that of finite differences in every parameter`(hidden: [Int]) throws {
    var generator = Xoshiro256(seed: 5)
    let network = MLPNetwork(inputs: 6, hidden: hidden, random: &generator)
    let pairs = 7
    let batch = Self.random(2 * pairs * 6, seed: 1)
    let pass = network.pass(batch, pairs: pairs)
    // No ReLU is so near its kink that the step crosses it.
    let nearest = pass.outputs.dropLast().joined().map(abs).min() ?? 1
    try #require(nearest > 1e-3)
    for layer in network.layers.indices {
      var wanted: [Double] = []
      for index in network.layers[layer].values.indices {
        func loss(_ change: Double) -> Double {
          var moved = network
          moved.layers[layer].values[index] += change
          return moved.pass(batch, pairs: pairs).loss
        }
        wanted.append((loss(1e-5) - loss(-1e-5)) / 2e-5)
      }
      expectClose(pass.gradients[layer], wanted, tolerance: 1e-8)
    }
  }

  @Test func `the loss is Bradley and Terry's, without overflow`() {
    // The reward is the feature itself.
    let network = MLPNetwork(layers: [DenseLayer(inputs: 1, outputs: 1, values: [1, 0.25])])
    #expect(network.rewards([2, -3], count: 2) == [2.25, -2.75])
    let pass = network.pass([2, 0.5, 1, 3], pairs: 2)
    let wanted = (-log(1 / (1 + exp(-1))) - log(1 / (1 + exp(2.5)))) / 2
    #expect(abs(pass.loss - wanted) < 1e-15)
    #expect(network.pass([-1000, 1000], pairs: 1).loss == 2000)
    #expect(network.pass([1000, -1000], pairs: 1).loss == 0)
  }

  @Test func `a network of ReLUs gives what is computed by hand`() {
    let network = MLPNetwork(layers: [
      DenseLayer(inputs: 2, outputs: 2, values: [1, -1, 0.5, 2, 1, -4]),
      DenseLayer(inputs: 2, outputs: 1, values: [3, -2, 1]),
    ])
    // Hidden (1.5, 1), then (−1.5 → 0, 1).
    #expect(network.rewards([2, 1, 1, 3], count: 2) == [3.5, -1])
  }

  /// Features of a large mean lose about their ratio to the deviation in rounding: 1e4 · 1e-16 here in
  /// double, and 1e4 · 6e-8 times the square root of 6 terms in the float32 file.
  @Test func `a saved head takes features as they are and gives the same rewards`() throws {
    var generator = Xoshiro256(seed: 9)
    let network = MLPNetwork(inputs: 6, hidden: [8, 4], random: &generator)
    let values = Self.random(40 * 6, seed: 2)
    let vectors: [[Float]] = (0..<40).map { row in
      (0..<6).map { feature in
        Float(values[row * 6 + feature]) * Float(feature + 1) + (feature == 3 ? 1000 : 2)
      }
    }
    let statistics = FeatureStatistics(vectors, width: 6)
    let standardised = vectors.flatMap { vector in
      vector.indices.map { index in
        (Double(vector[index]) - statistics.means[index]) / statistics.deviations[index]
      }
    }
    let wanted = network.rewards(standardised, count: 40)
    let folded = network.folding(statistics)
    expectClose(
      folded.rewards(vectors.joined().map(Double.init), count: 40), wanted, tolerance: 1e-10)

    let folder = try TemporaryFolder()
    let path = try folder.file(
      "head.safetensors", Safetensors.encode(folded.tensors, metadata: [:]))
    let head = try loadRewardHead(
      WeightReader(WeightFile(URL(filePath: path))), HeadContext(hiddenSize: 6))
    #expect(head is MLPHead)
    expectClose(vectors.map { Double(head.score($0)) }, wanted, tolerance: 1e-3)
    #expect((wanted.max() ?? 0) - (wanted.min() ?? 0) > 0.1)
  }

  @Test func `a start is drawn as torch draws it, and by the seed`() {
    func network(_ seed: UInt64) -> MLPNetwork {
      var generator = Xoshiro256(seed: seed)
      return MLPNetwork(inputs: 100, hidden: [50], random: &generator)
    }
    let values = network(1).layers[0].values
    #expect(values.allSatisfy { abs($0) <= 0.1 })
    // The variance of numbers drawn evenly from ±0.1 is 0.01 / 3; 5,050 of them come within 5%.
    let variance = values.reduce(0) { $0 + $1 * $1 } / Double(values.count)
    #expect(abs(variance - 0.01 / 3) < 0.05 * 0.01 / 3)
    #expect(network(1) == network(1))
    #expect(network(1) != network(2))
  }
}
