/// RC-LWR-Penalty: a penalty first, then LOWESS on what it leaves.
package import TareCore
internal import TareNumerics

/// The published combination. Beyond the range of the data the penalty goes on where the curve ends.
package struct LowessPenaltyCalibrator: Calibrator {
  package static let key = "lowess-penalty"
  package static let summary = "penalty, then lowess on the residuals (RC-LWR-Penalty)"
  package static let options: [CalibratorOptions.Name] = [
    .coefficient, .frac, .it, .delta, .degree, .rules,
  ]

  private let penalty: Penalty
  private let lowess: Lowess
  private let scale: Scale

  package init(_ options: CalibratorOptions) throws(TareError) {
    penalty = try Penalty(options)
    lowess = try options.lowess(frac: 0.9)
    scale = options.scale
  }

  package var parameters: JSONObject {
    var parameters = lowess.parameters(scale)
    parameters["coefficient"] = penalty.parameters["coefficient"]
    return parameters
  }

  package var rowOrder: RowOrder { lowess.rules.rowOrder }

  package func find(in table: CalibrationTable) throws(TareError) -> FoundBias {
    let line = penalty.bias(try penalty.slope(in: table))
    let rest = zip(table.scores, line.values(for: table)).map { $0 - $1 }
    let curve = try lowess.curve(of: rest, over: 0, of: table, scale)
    return FoundBias(.sum([.curve(curve, covariate: 0), line]))
  }
}
