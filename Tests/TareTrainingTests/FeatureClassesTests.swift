import Foundation
import TareCore
import TareTesting
import TareTraining
import Testing

/// Softmax heads, and sequences of classification tasks.
@Suite struct FeatureClassesTests {
  /// Texts of 8 features in a task of its own classes; feature 0 tells the class, feature 1 the task.
  ///
  /// - Parameter classes: places among the six of all tasks.
  private static func task(
    _ name: String, classes: [Int], marker: Float, count: Int = 120, held: Bool = false
  ) -> FeatureClasses {
    var generator = SplitMix(state: UInt64(name.utf8.reduce(0) { $0 * 31 + Int($1) }))
    let labels = (0..<count).map { classes[$0 % classes.count] }
    let vectors = labels.indices.map { row -> [Float] in
      var vector = (0..<8).map { _ in Float.random(in: -0.5...0.5, using: &generator) }
      vector[0] += 2 * Float(row % classes.count)
      vector[1] = marker
      return vector
    }
    return FeatureClasses(
      vectors: vectors, labels: labels,
      choices: [[Int]](repeating: classes, count: count),
      prompts: (0..<count).map { "\(name) \($0)" },
      outputCount: 6, isHeldOut: held ? labels.indices.map { $0 >= 90 } : nil)
  }

  /// The same bounds as for pairs: 1e-16 / h and h² at h = 1e-5.
  @Test(arguments: [[4], [5, 3]])
  func `the gradient is that of finite differences in every parameter`(hidden: [Int]) throws {
    var generator = Xoshiro256(seed: 5)
    let network = MLPNetwork(inputs: 8, hidden: hidden, outputs: 6, random: &generator)
    let task = FeatureClasses.joined([
      Self.task("a", classes: [0, 1, 4], marker: 1, count: 6),
      Self.task("b", classes: [1, 2, 3, 5], marker: -1, count: 5),
    ])
    let rows = ClassRows(task, FeatureStatistics(task.vectors, width: 8))
    let members = Array(0..<rows.count)
    let pass = rows.pass(members, through: network)
    let nearest = pass.outputs.dropLast().joined().map(abs).min() ?? 1
    try #require(nearest > 1e-4)
    for layer in network.layers.indices {
      var wanted: [Double] = []
      for index in network.layers[layer].values.indices {
        func loss(_ change: Double) -> Double {
          var moved = network
          moved.layers[layer].values[index] += change
          return rows.pass(members, through: moved).loss
        }
        wanted.append((loss(1e-5) - loss(-1e-5)) / 2e-5)
      }
      expectClose(pass.gradients[layer], wanted, tolerance: 1e-8)
    }
  }

  @Test func `the loss is the cross entropy among the task's own classes, without overflow`() {
    // The logits are 0, x, 2x and −x + 1: the last class is no choice.
    let network = MLPNetwork(layers: [
      DenseLayer(inputs: 1, outputs: 4, values: [0, 0, 1, 0, 2, 0, -1, 1])
    ])
    func loss(_ x: Float, _ label: Int) -> Double {
      let task = FeatureClasses(
        vectors: [[x]], labels: [label], choices: [[0, 1, 2]], prompts: ["p"], outputCount: 4)
      // One vector never changes: it is less its mean, over 1.
      let statistics = FeatureStatistics([[0], [0]], width: 1)
      return ClassRows(task, statistics).pass([0], through: network).loss
    }
    #expect(abs(loss(0, 1) - log(3)) < 1e-15)
    #expect(abs(loss(1, 2) - (log(1 + exp(1) + exp(2)) - 2)) < 1e-14)
    #expect(loss(1000, 0) == 2000)
    #expect(loss(1000, 2) == 0)
  }

  @Test func `tasks are learnt one after the other, forgotten, and replayed`() throws {
    var settings = SequenceSettings()
    (settings.hidden, settings.epochs) = ([12], 30)
    (settings.batchSize, settings.learningRate) = (10, 0.02)
    // The second task gives the same features other classes of the first one's.
    let domains = try [
      Self.task("a", classes: [0, 1, 2], marker: 1), Self.task("b", classes: [2, 1, 0], marker: 1),
    ].map { (task) throws(TareError) in try SplitDomain(task, testShare: 0.3, seed: 1) }
    let fit = SequenceFit(domains, settings, seed: 1)
    let all = fit.run(.all)
    #expect(all.accuracies[0][0] > 0.9)
    #expect(all.accuracies[1][1] > 0.9)
    #expect(all.accuracies[1][0] < 0.5)
    #expect(fit.run(.replay(share: 0.5)).accuracies[1][0] > all.accuracies[1][0])
    // Half of the rows do not learn, which is another network.
    #expect(fit.run(.migu(threshold: 0.5)).networks[1] != all.networks[1])
    #expect(fit.run(.migu(threshold: 0)).networks == all.networks)
  }

  @Test func `a split that the file has is kept with every seed`() throws {
    let task = Self.task("a", classes: [0, 1], marker: 0, held: true)
    for seed in 1...3 as ClosedRange<UInt64> {
      let split = try SplitDomain(task, testShare: 0.2, seed: seed)
      #expect(split.test.prompts == (90..<120).map { "a \($0)" })
      #expect(split.train.count == 90)
    }
    let whole = task.rows(Array(0..<90))
    #expect(throws: TareError.self) { try SplitDomain(whole, testShare: 0.2, seed: 1) }
  }
}
