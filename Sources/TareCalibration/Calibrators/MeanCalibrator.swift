/// RC-Mean, the paper's simpler method: the mean score of responses of like length.
package import TareCore
internal import TareNumerics

/// The bias at x is the mean score of all responses within d of x, where d is the mean difference of
/// the covariate between responses to one prompt, over `ratio`.
///
/// Where fewer than 20 lie within d the window grows until it holds 20. As published it does not:
/// there the pair is left as it is; and the window's last point is dropped, as the published code
/// does by a slip of its index.
package struct MeanCalibrator: Calibrator {
  package static let key = "mean"
  package static let summary = "the mean score of responses with similar covariates (RC-Mean)"
  package static let options: [CalibratorOptions.Name] = [.ratio, .asPublished]

  /// The paper's on RewardBench.
  private static let least = 20
  private let ratio: Double
  private let isAsPublished: Bool
  private let scale: Scale

  /// By default `ratio` is 4, the paper's on RewardBench.
  package init(_ options: CalibratorOptions) throws(TareError) {
    ratio = options.ratio ?? 4
    isAsPublished = options.asPublished ?? false
    scale = options.scale
    try CalibratorOptions.require(
      ratio > 0 && ratio.isFinite, .ratio, ratio, "a number above 0")
  }

  package var parameters: JSONObject {
    [
      "ratio": .double(ratio), "as_published": .bool(isAsPublished),
      "scale": .string(scale.rawValue),
    ]
  }

  package func find(in table: CalibrationTable) throws(TareError) -> FoundBias {
    let column = try table.column(0, on: scale)
    let halfWidth = Self.meanDifference(column, table.prompts) / ratio
    let order = column.indices.sorted { column[$0] < column[$1] }
    let x = order.map { column[$0] }
    // The level is added again at the end, so that large scores lose no digits in the sums.
    let level = table.scores.mean
    var sums = [0.0]
    var squares = [0.0]
    for row in order {
      let score = table.scores[row] - level
      sums.append(sums[sums.count - 1] + score)
      squares.append(squares[squares.count - 1] + score * score)
    }
    var knots = Curve.Knots(x: [], bias: [])
    var start = 0
    var end = 0
    for position in x.indices where position == 0 || x[position] != x[position - 1] {
      while x[start] < x[position] - halfWidth { start += 1 }
      while end < x.count, x[end] <= x[position] + halfWidth { end += 1 }
      var window = start..<(isAsPublished ? end - 1 : end)
      let isThin = window.count < Self.least
      if !isAsPublished, isThin { window = Self.widened(window, around: x[position], in: x) }
      knots.x.append(table.columns[0][order[position]])
      let count = Double(window.count)
      let mean =
        window.isEmpty ? 0 : (sums[window.upperBound] - sums[window.lowerBound]) / count
      knots.bias.append(window.isEmpty ? 0 : level + mean)
      let square = squares[window.upperBound] - squares[window.lowerBound] - count * mean * mean
      knots.errors.append(
        window.count > 1 ? (max(0, square) / (count - 1) / count).squareRoot() : nil)
      if isAsPublished { knots.isThin.append(isThin) }
    }
    let curve =
      isAsPublished
      ? Curve.knots(knots) : Curve(x: knots.x, bias: knots.bias, errors: knots.errors)
    return FoundBias(
      .curve(curve, covariate: 0), findings: ["half_width": .double(halfWidth)])
  }

  /// The nearest points, until there are enough.
  private static func widened(_ window: Range<Int>, around x: Double, in sorted: [Double])
    -> Range<Int>
  {
    var start = window.lowerBound
    var end = window.upperBound
    while end - start < least, start > 0 || end < sorted.count {
      let left = start > 0 ? x - sorted[start - 1] : .infinity
      let right = end < sorted.count ? sorted[end] - x : .infinity
      let distance = min(left, right)
      // Ties enter together.
      while start > 0, x - sorted[start - 1] <= distance { start -= 1 }
      while end < sorted.count, sorted[end] - x <= distance { end += 1 }
    }
    return start..<end
  }

  /// Of all pairs of responses to one prompt; of all pairs at all where no prompt has two.
  private static func meanDifference(_ column: [Double], _ prompts: PromptGroups?) -> Double {
    let groups = (prompts?.rows ?? []).filter { $0.count > 1 }
    var sum = 0.0
    var pairs = 0.0
    for rows in groups.isEmpty ? [Array(column.indices)] : groups {
      // Sorted, the value at place i is added i times and subtracted count − 1 − i times.
      let sorted = rows.map { column[$0] }.sorted()
      for (place, value) in sorted.enumerated() {
        sum += (2 * Double(place) - Double(sorted.count - 1)) * (value - sorted[0])
      }
      pairs += Double(sorted.count * (sorted.count - 1) / 2)
    }
    return pairs > 0 ? sum / pairs : 0
  }
}
