/// What several seeds say about one number.
package import TareCore

/// A number of which each seed has its own value.
package struct SeedEstimate: Sendable, Hashable {
  /// [seed]
  package let values: [Double]
  package let mean: Double
  /// 95% interval of the mean by Student's t: how far it depends on the seeds.
  package let interval: ClosedRange<Double>

  /// - Parameter values: at least two.
  package init(_ values: [Double]) {
    precondition(values.count > 1)
    self.values = values
    mean = values.reduce(0, +) / Double(values.count)
    let half =
      StudentT.quantile975(degrees: values.count - 1) * values.sampleDeviation
      / Double(values.count).squareRoot()
    interval = (mean - half)...(mean + half)
  }

  /// Half the interval's width.
  package var reach: Double { (interval.upperBound - interval.lowerBound) / 2 }

  package var json: JSONValue {
    [
      "mean": .double(mean), "interval": interval.json,
      "seeds": .array(values.map { .double($0) }),
    ]
  }
}
