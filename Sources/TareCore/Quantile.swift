/// Quantiles of samples.

extension [Double] {
  /// The quantile of sorted values, interpolated between neighbours (Hyndman and Fan's type 7).
  package func quantile(_ share: Double) -> Double {
    let place = share * Double(count - 1)
    let lower = Int(place)
    let upper = Swift.min(lower + 1, count - 1)
    return self[lower] + (place - Double(lower)) * (self[upper] - self[lower])
  }
}
