/// From what gates let through, summed over tokens, to what is told of them.

/// Of gates after the sigmoid. Of a head all values are equally many.
package struct GateSums: Sendable {
  /// Values in each twentieth of 0 to 1, [20].
  private let histogram: [Double]
  /// Sums and sums of squares, [gates].
  private let sum: [Double]
  private let squares: [Double]
  /// Values below 0.1, [heads].
  private let below: [Double]
  /// Over late tokens: of the head's mean gate, and of that times the mass on position 0, [heads].
  private let late: [Double]
  private let sink: [Double]

  package init(
    histogram: [Double], sum: [Double], squares: [Double], below: [Double], late: [Double],
    sink: [Double]
  ) {
    self.histogram = histogram
    self.sum = sum
    self.squares = squares
    self.below = below
    self.late = late
    self.sink = sink
  }

  /// - Parameters:
  ///   - tokens: that all sums but two are over.
  ///   - positions: late tokens.
  package func outcome(tokens: Int, late positions: Int) -> AttentionInspection.Gates {
    let heads = below.count
    let width = sum.count / heads
    let count = Double(max(tokens, 1))
    let means = sum.map { $0 / count }
    let variances = zip(squares, means).map { max($0 / count - $1 * $1, 0) }
    func byHead(_ values: [Double]) -> [Double] {
      (0..<heads).map { values[($0 * width)..<(($0 + 1) * width)].reduce(0, +) / Double(width) }
    }
    let (mean, variance) = (byHead(means), byHead(variances))
    let middle = mean.reduce(0, +) / Double(heads)
    let between = mean.reduce(0) { $0 + ($1 - middle) * ($1 - middle) } / Double(heads)
    let within = variance.reduce(0, +) / Double(heads)
    return AttentionInspection.Gates(
      histogram: histogram.map { $0 / (count * Double(sum.count)) }, mean: mean,
      below: below.map { $0 / (count * Double(width)) }, variance: variance, between: between,
      queryDependence: within + between > 0 ? within / (within + between) : 0,
      gatedSink: positions > 0 ? sink.map { $0 / Double(positions) } : nil,
      sinkOfGated: positions > 0 ? zip(sink, late).map { $1 > 0 ? $0 / $1 : 0 } : nil)
  }
}
