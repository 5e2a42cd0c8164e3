/// A curve that goes one way only.
package import TareCore
internal import TareNumerics

/// The nearest never-falling (or never-rising) curve to the LOWESS one. Where the score does not
/// prefer more of the covariate the rising curve is flat, and nothing is corrected.
package struct MonotoneCalibrator: Calibrator {
  package static let key = "monotone"
  package static let summary = "the monotone curve closest to lowess, increasing or decreasing"
  package static let options: [CalibratorOptions.Name] = [
    .frac, .it, .delta, .degree, .rules, .direction,
  ]

  private let lowess: Lowess
  private let scale: Scale
  private let direction: CalibratorOptions.Direction

  package init(_ options: CalibratorOptions) throws(TareError) {
    lowess = try options.lowess(frac: 0.9)
    scale = options.scale
    direction = options.direction ?? .increasing
  }

  package var parameters: JSONObject {
    var parameters = lowess.parameters(scale)
    parameters["direction"] = .string(direction.rawValue)
    return parameters
  }

  package var rowOrder: RowOrder { lowess.rules == .tare ? .irrelevant : .asGiven }

  package func find(in table: CalibrationTable) throws(TareError) -> FoundBias {
    let curve = try lowess.curve(of: table.scores, over: 0, of: table, scale)
    return FoundBias(.curve(curve.made(direction, for: table.columns[0]), covariate: 0))
  }
}
