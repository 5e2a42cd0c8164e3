/// The local regression of LOWESS, summed directly over each neighbourhood.

/// Weighted straight lines through the nearest neighbours of one point after another.
///
/// This is the plain form, about `neighbours` operations a point: the reference for any faster one.
struct LocalRegression {
  /// The points, ascending, [point].
  let x: [Double]
  let y: [Double]
  /// Weight of each point from the residuals of the last iteration, [point].
  let robustness: [Double]
  /// The neighbourhood of the last point: `start..<start + neighbours`.
  let neighbours: Int
  private var start = 0
  /// Weight of each point of the neighbourhood, [neighbour].
  private var weights: [Double]

  init(x: [Double], y: [Double], robustness: [Double], neighbours: Int) {
    self.x = x
    self.y = y
    self.robustness = robustness
    self.neighbours = neighbours
    weights = [Double](repeating: 0, count: neighbours)
  }

  /// The line through the neighbourhood of point `index`, at that point; its own y where too few
  /// neighbours have any weight. Indices must not decrease from call to call.
  mutating func fit(at index: Int) -> Double {
    moveNeighbourhood(to: x[index])
    guard let total = weigh(around: x[index]) else { return y[index] }
    return line(at: x[index], totalWeight: total)
  }

  /// Moves the neighbourhood right until its centre is not left of `centre`.
  private mutating func moveNeighbourhood(to centre: Double) {
    var end = start + neighbours
    while end < x.count, (x[start] + x[end]) / 2 < centre {
      start += 1
      end += 1
    }
  }

  /// Sets the weights: tricube of the distance, times robustness.
  ///
  /// - Returns: their sum, or nil where fewer than two exceed 1e-12, as they do (being NaN) where
  ///   the whole neighbourhood lies at one x.
  private mutating func weigh(around centre: Double) -> Double? {
    let bandwidth = max(centre - x[start], x[start + neighbours - 1] - centre)
    var total = 0.0
    var effective = 0
    for neighbour in 0..<neighbours {
      let u = abs(x[start + neighbour] - centre) / bandwidth
      let base = 1 - u * u * u
      let weight = base * base * base * robustness[start + neighbour]
      weights[neighbour] = weight
      total += weight
      if weight > 1e-12 { effective += 1 }
    }
    return effective < 2 ? nil : total
  }

  /// The weighted least-squares line, at `centre`.
  ///
  /// Distances are from the heaviest neighbour, not from 0: no digits are lost where values are
  /// large; where all weight lies at one x their variance is exactly 0 and the line is the mean;
  /// and where y is constant the line is exactly that.
  private func line(at centre: Double, totalWeight: Double) -> Double {
    var heaviest = 0
    for neighbour in 1..<neighbours where weights[neighbour] > weights[heaviest] {
      heaviest = neighbour
    }
    let originX = x[start + heaviest]
    let originY = y[start + heaviest]
    var meanX = 0.0
    var meanY = 0.0
    for neighbour in 0..<neighbours {
      meanX += weights[neighbour] * (x[start + neighbour] - originX)
      meanY += weights[neighbour] * (y[start + neighbour] - originY)
    }
    meanX /= totalWeight
    meanY /= totalWeight
    var variance = 0.0
    var covariance = 0.0
    for neighbour in 0..<neighbours {
      let deviation = x[start + neighbour] - originX - meanX
      variance += weights[neighbour] * deviation * deviation
      covariance += weights[neighbour] * deviation * (y[start + neighbour] - originY - meanY)
    }
    // statsmodels' floor of the variance, in the square of x's unit.
    let slope = covariance / totalWeight / max(variance / totalWeight, 1e-12)
    return originY + meanY + slope * (centre - originX - meanX)
  }
}
