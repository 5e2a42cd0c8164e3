/// Several covariates at once: the sum of a curve over each.
package import TareCore
internal import TareNumerics

/// Backfitting to a tolerance, so that the order of the covariates does not matter, as it does in
/// the published single pass. The mean of the scores stays what it was.
package struct AdditiveCalibrator: Calibrator {
  package static let key = "additive"
  package static let summary = "a sum of curves over several covariates (backfitting)"
  package static let options: [CalibratorOptions.Name] = [.frac, .it, .delta, .degree, .rules]
  package static let covariateCount = 1...Int.max

  private let lowess: Lowess
  private let scale: Scale

  package init(_ options: CalibratorOptions) throws(TareError) {
    lowess = try options.lowess(frac: 0.9)
    scale = options.scale
  }

  package var parameters: JSONObject { lowess.parameters(scale) }

  package var rowOrder: RowOrder { lowess.rules.rowOrder }

  package func find(in table: CalibrationTable) throws(TareError) -> FoundBias {
    var columns: [[Double]] = []
    for covariate in table.covariates.indices {
      columns.append(try table.column(covariate, on: scale))
    }
    let fit = try Backfitting(
      scores: table.scores, columns: columns, prompts: nil, lowess: lowess, it: lowess.it)
    let terms = table.columns.indices.map { term in
      Bias.curve(fit.terms[term].curve(over: table.columns[term], scale), covariate: term)
    }
    return FoundBias(.sum(terms), findings: fit.findings)
  }
}
