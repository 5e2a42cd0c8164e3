/// The weights of one expert of a mixture.

/// A gated feed-forward of `neurons` neurons between vectors of `hidden` numbers.
package struct ExpertWeights: Sendable {
  package let neurons: Int
  package let hidden: Int
  /// Gate and up projections, [neurons, hidden].
  package let w1: [Float]
  package let w3: [Float]
  /// Down projection, [hidden, neurons].
  package let w2: [Float]

  package init(neurons: Int, hidden: Int, w1: [Float], w2: [Float], w3: [Float]) {
    precondition([w1, w2, w3].allSatisfy { $0.count == neurons * hidden })
    self.neurons = neurons
    self.hidden = hidden
    self.w1 = w1
    self.w2 = w2
    self.w3 = w3
  }

  /// A matrix as its neurons, [neurons, hidden]: rows of w1 and w3, columns of w2.
  func neurons(of projection: Projection) -> [Float] {
    switch projection {
    case .w1: w1
    case .w3: w3
    case .w2:
      (0..<neurons).flatMap { neuron in (0..<hidden).map { w2[$0 * neurons + neuron] } }
    }
  }

  enum Projection: CaseIterable {
    case w1
    case w2
    case w3
  }
}
