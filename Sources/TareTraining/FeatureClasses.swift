/// Texts of classes as features: what a softmax head is fitted on and judged by.
internal import Foundation

/// The features of each text, its class, and the classes that it could have.
package struct FeatureClasses: TrainingExamples {
  package typealias Rows = ClassRows

  /// [text][width]
  package let vectors: [[Float]]
  /// The place of its class among those of all domains, [text].
  package let labels: [Int]
  /// The classes of its domain, ascending places among those of all domains, [text].
  package let choices: [[Int]]
  /// [text]
  package let prompts: [String]
  /// Classes of all domains.
  package let outputCount: Int
  package let isHeldOut: [Bool]?

  /// - Parameter choices: at least the labels.
  package init(
    vectors: [[Float]], labels: [Int], choices: [[Int]], prompts: [String], outputCount: Int,
    isHeldOut: [Bool]? = nil
  ) {
    precondition(vectors.count == prompts.count && labels.count == prompts.count)
    precondition(choices.count == prompts.count)
    precondition(zip(labels, choices).allSatisfy { $1.contains($0) })
    precondition(choices.allSatisfy { $0.allSatisfy((0..<outputCount).contains) })
    self.vectors = vectors
    self.labels = labels
    self.choices = choices
    self.prompts = prompts
    self.outputCount = outputCount
    self.isHeldOut = isHeldOut
  }

  package func rows(_ rows: [Int]) -> FeatureClasses {
    FeatureClasses(
      vectors: rows.map { vectors[$0] }, labels: rows.map { labels[$0] },
      choices: rows.map { choices[$0] }, prompts: rows.map { prompts[$0] },
      outputCount: outputCount, isHeldOut: isHeldOut.map { held in rows.map { held[$0] } })
  }

  package static func joined(_ parts: [FeatureClasses]) -> FeatureClasses {
    FeatureClasses(
      vectors: parts.flatMap(\.vectors), labels: parts.flatMap(\.labels),
      choices: parts.flatMap(\.choices), prompts: parts.flatMap(\.prompts),
      outputCount: parts.map(\.outputCount).max() ?? 0)
  }
}

/// The same as the network takes them.
package struct ClassRows: TrainingRows {
  package typealias Examples = FeatureClasses

  /// [count, width]
  private var values: [Double]
  private var labels: [Int]
  private var choices: [[Int]]
  private let width: Int

  package init(_ examples: FeatureClasses, _ statistics: FeatureStatistics) {
    values = statistics.standardised(examples.vectors)
    (labels, choices) = (examples.labels, examples.choices)
    width = statistics.means.count
  }

  package var count: Int { labels.count }

  package mutating func add(_ places: some Collection<Int>, of other: ClassRows) {
    precondition(other.width == width)
    for place in places {
      values += other.values[(place * width)..<((place + 1) * width)]
      labels.append(other.labels[place])
      choices.append(other.choices[place])
    }
  }

  /// The mean of −log softmax(logits)[class] over the batch, the softmax among the classes of the
  /// text's domain.
  package func pass(
    _ members: some Collection<Int>, through network: MLPNetwork
  ) -> MLPNetwork.Pass {
    var batch: [Double] = []
    batch.reserveCapacity(members.count * width)
    for place in members { batch += values[(place * width)..<((place + 1) * width)] }
    let outputs = network.outputs(batch, count: members.count)
    let logits = outputs[outputs.count - 1]
    let classes = network.outputCount
    var loss = 0.0
    var slopes = [Double](repeating: 0, count: logits.count)
    for (row, place) in members.enumerated() {
      let start = row * classes
      let own = choices[place]
      let largest = own.map { logits[start + $0] }.max() ?? 0
      let shares = own.map { exp(logits[start + $0] - largest) }
      let sum = shares.reduce(0, +)
      loss += (log(sum) + largest - logits[start + labels[place]]) / Double(members.count)
      for (choice, share) in zip(own, shares) {
        let target = choice == labels[place] ? 1.0 : 0
        slopes[start + choice] = (share / sum - target) / Double(members.count)
      }
    }
    return network.pass(
      loss: loss, slopes: slopes, outputs: outputs, of: batch, count: members.count)
  }

  package func accuracy(of network: MLPNetwork) -> Double {
    let outputs = network.outputs(values, count: count)
    let logits = outputs[outputs.count - 1]
    let right = labels.indices.count { row in
      let start = row * network.outputCount
      return choices[row].allSatisfy { choice in
        choice == labels[row] || logits[start + choice] < logits[start + labels[row]]
      }
    }
    return Double(right) / Double(count)
  }
}
