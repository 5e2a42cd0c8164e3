/// Curves over a table's covariates on a scale.
internal import TareCore
internal import TareNumerics

extension Lowess {
  /// The curve of a column of numbers over a covariate of the table.
  func curve(
    of y: [Double], over covariate: Int, of table: CalibrationTable, _ scale: Scale,
    standardErrors: Bool = true
  ) throws(TareError) -> Curve {
    let x = try table.column(covariate, on: scale)
    let fit = try fit(x: x, y: y, standardErrors: standardErrors)
    guard scale == .char else {
      return Curve(
        rows: table.columns[covariate], bias: fit.fitted, errors: fit.standardErrors ?? [])
    }
    return Curve(x: fit.knotX, bias: fit.knotY, errors: fit.knotErrors ?? [])
  }

  /// The settings as a saved calibration has them; usual ones but frac, it and rules are left out. Where
  /// no rules are noted they are those of statsmodels, as calibrations had them before.
  func parameters(_ scale: Scale) -> JSONObject {
    var parameters: JSONObject = [
      "frac": .double(frac), "it": .int(it), "rules": .string(rules.rawValue),
    ]
    if let delta { parameters["delta"] = .double(delta) }
    if degree != 1 { parameters["degree"] = .int(degree) }
    if scale != .char { parameters["scale"] = .string(scale.rawValue) }
    return parameters
  }
}
