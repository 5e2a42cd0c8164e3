/// Scores as ranks among responses of like covariate.
package import TareCore
internal import TareNumerics

/// Equal distributions of the score at every value of the covariate, not only equal means: long
/// responses whose scores are also spread wider are drawn together. Quantiles of the nearest `frac`
/// of the points, weighted by tricube, at up to 60 places.
package struct QuantileCalibrator: Calibrator {
  package static let key = "quantile"
  package static let summary = "the score's quantile among responses with similar covariates"
  package static let options: [CalibratorOptions.Name] = [.frac, .levels]

  private static let mostKnots = 60
  private let frac: Double
  private let levels: Int
  private let scale: Scale

  /// By default 19 levels, 5% to 95%: of 20 points each has one.
  package init(_ options: CalibratorOptions) throws(TareError) {
    frac = try options.lowess(frac: 1.0 / 3).frac
    levels = options.levels ?? 19
    scale = options.scale
    try CalibratorOptions.require((1...999).contains(levels), .levels, levels, "1 to 999")
  }

  package var parameters: JSONObject {
    ["frac": .double(frac), "levels": .int(levels), "scale": .string(scale.rawValue)]
  }

  package func find(in table: CalibrationTable) throws(TareError) -> FoundBias {
    let column = try table.column(0, on: scale)
    let order = column.indices.sorted { column[$0] < column[$1] }
    let x = order.map { column[$0] }
    let scores = order.map { table.scores[$0] }
    // Both ends and 1/(levels + 1) between: at least two levels make an interval.
    let shares = (0...levels + 1).map { Double($0) / Double(levels + 1) }
    let neighbours = min(max(Int(frac * Double(x.count)), 2), x.count)
    var map = QuantileMap(x: [], local: [], overall: [])
    map.overall = Self.quantiles(
      scores, weights: [Double](repeating: 1, count: scores.count), shares)
    var start = 0
    for place in Self.places(in: x) {
      while start + neighbours < x.count, x[start] + x[start + neighbours] < 2 * x[place] {
        start += 1
      }
      // Points of equal x enter together, whatever their order in the file.
      var (first, end) = (start, start + neighbours)
      while first > 0, x[first - 1] == x[first] { first -= 1 }
      while end < x.count, x[end] == x[end - 1] { end += 1 }
      let window = first..<end
      let width = max(x[place] - x[window.lowerBound], x[window.upperBound - 1] - x[place])
      let weights = window.map { point -> Double in
        let u = width > 0 ? abs(x[point] - x[place]) / width : 0
        let base = 1 - u * u * u
        return base * base * base
      }
      map.x.append(table.columns[0][order[place]])
      map.local.append(Self.quantiles(Array(scores[window]), weights: weights, shares))
    }
    return FoundBias(.quantiles(map, covariate: 0))
  }

  /// Positions of distinct values, evenly by rank.
  private static func places(in x: [Double]) -> [Int] {
    var places: [Int] = []
    for step in 0..<min(mostKnots, x.count) {
      let place = step * (x.count - 1) / max(1, min(mostKnots, x.count) - 1)
      if places.last.map({ x[$0] < x[place] }) ?? true { places.append(place) }
    }
    return places
  }

  /// Weighted quantiles: straight between the middles of the points' weights.
  private static func quantiles(
    _ values: [Double], weights: [Double], _ shares: [Double]
  ) -> [Double] {
    let order = values.indices.filter { weights[$0] > 0 }.sorted { values[$0] < values[$1] }
    guard let last = order.last else { return shares.map { _ in values.mean } }
    let total = order.reduce(0) { $0 + weights[$1] }
    var quantiles: [Double] = []
    var position = 0
    var before = 0.0
    for share in shares {
      let wanted = share * total
      while position < order.count, before + weights[order[position]] / 2 < wanted {
        before += weights[order[position]]
        position += 1
      }
      guard position < order.count else {
        quantiles.append(values[last])
        continue
      }
      let right = order[position]
      guard position > 0 else {
        quantiles.append(values[right])
        continue
      }
      let left = order[position - 1]
      let from = before - weights[left] / 2
      let to = before + weights[right] / 2
      let value = values[left] + (wanted - from) / (to - from) * (values[right] - values[left])
      quantiles.append(min(values[right], max(values[left], value)))
    }
    return quantiles
  }
}
