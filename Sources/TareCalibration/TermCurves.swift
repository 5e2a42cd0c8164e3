/// Curves over a table's covariates on a scale.
internal import TareCore

extension Lowess {
  /// The curve of a column of numbers over a covariate of the table, with its standard errors.
  func curve(
    of y: [Double], over covariate: Int, of table: CalibrationTable, _ scale: Scale
  ) throws(TareError) -> Curve {
    let x = try table.column(covariate, on: scale)
    let fit = try fit(x: x, y: y, standardErrors: true)
    guard scale == .char else {
      return Curve(
        rows: table.columns[covariate], bias: fit.fitted, errors: fit.standardErrors ?? [])
    }
    return Curve(x: fit.knotX, bias: fit.knotY, errors: fit.knotErrors ?? [])
  }
}
