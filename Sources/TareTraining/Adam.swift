/// Adam (Kingma and Ba 2015, algorithm 1), with torch's defaults but for the learning rate.
internal import Foundation

package struct Adam: Sendable {
  package let learningRate: Double
  /// Decay of the first and of the second moment.
  private static let decays = (first: 0.9, second: 0.999)
  private static let epsilon = 1e-8

  private var steps = 0
  /// Shaped like the parameters, [array][element].
  private var firstMoments: [[Double]]
  private var secondMoments: [[Double]]

  /// - Parameter sizes: elements of each array of parameters.
  package init(learningRate: Double, sizes: [Int]) {
    self.learningRate = learningRate
    firstMoments = sizes.map { [Double](repeating: 0, count: $0) }
    secondMoments = firstMoments
  }

  /// Counts a step; `update` then moves each array of parameters once.
  package mutating func beginStep() { steps += 1 }

  /// An element whose gradient is 0 still moves as far as its first moment, from earlier steps,
  /// takes it.
  package mutating func update(_ array: Int, _ values: inout [Double], _ gradient: [Double]) {
    precondition(values.count == gradient.count && steps > 0)
    let size = learningRate / (1 - pow(Self.decays.first, Double(steps)))
    let correction = (1 - pow(Self.decays.second, Double(steps))).squareRoot()
    // Taken out for the loop, which would else look them up for every element.
    var firsts: [Double] = []
    var seconds: [Double] = []
    swap(&firsts, &firstMoments[array])
    swap(&seconds, &secondMoments[array])
    let (beta1, beta2) = Self.decays
    for index in values.indices {
      let slope = gradient[index]
      firsts[index] = beta1 * firsts[index] + (1 - beta1) * slope
      seconds[index] = beta2 * seconds[index] + (1 - beta2) * slope * slope
      values[index] -=
        size * firsts[index] / (seconds[index].squareRoot() / correction + Self.epsilon)
    }
    swap(&firsts, &firstMoments[array])
    swap(&seconds, &secondMoments[array])
  }
}
