/// The scale of features, by which heads are fitted alike whatever the model.

/// Mean and standard deviation of each feature.
package struct FeatureStatistics: Sendable {
  /// [width]
  package let means: [Double]
  /// 1 for a feature that never changes, [width].
  package let deviations: [Double]

  /// - Parameter vectors: [count][width]
  package init(_ vectors: [[Float]], width: Int) {
    let count = Double(vectors.count)
    var means = [Double](repeating: 0, count: width)
    var squares = means
    // Told apart by these: the squares of a feature that never changes need not round to 0.
    var lowest = [Float](repeating: .infinity, count: width)
    var highest = [Float](repeating: -.infinity, count: width)
    for vector in vectors {
      for i in 0..<width {
        means[i] += Double(vector[i]) / count
        lowest[i] = min(lowest[i], vector[i])
        highest[i] = max(highest[i], vector[i])
      }
    }
    for vector in vectors {
      for i in 0..<width {
        let difference = Double(vector[i]) - means[i]
        squares[i] += difference * difference / count
      }
    }
    self.means = means
    deviations = (0..<width).map { lowest[$0] < highest[$0] ? squares[$0].squareRoot() : 1 }
  }
}
