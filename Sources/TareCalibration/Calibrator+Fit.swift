/// Fitting a calibration: what all methods have in common.
package import TareCore
internal import TareNumerics

extension Calibrator {
  /// Fits the calibration: the same, to the last bit, for the same rows in any order, unless another
  /// program's LOWESS rules are asked for, in which their order decides.
  ///
  /// - Parameter date: written into the calibration as it stands.
  /// - Throws: `TareError.usage` where table and settings do not fit the method, and
  ///   `TareError.badData` for data that it cannot be fitted to.
  package func fit(
    _ given: CalibrationTable, _ settings: FitSettings = .init(), date: String
  ) throws(TareError) -> Calibration {
    try check(given, settings)
    let table =
      switch rowOrder {
      case .asGiven: given
      case .irrelevant where settings.ignoresOrder: given
      case .irrelevant, .canonical: given.canonical().table
      }
    var parameters = parameters
    let found = try findEach(table, settings, &parameters)
    var bias = found.bias
    var gamma = found.gamma
    var findings = found.findings
    if let folds = settings.crossFit {
      guard table.prompts != nil else {
        throw .usage(
          "cross-fitting requires prompts: a column that groups the responses to one prompt")
      }
      let fitted = try crossFitted(table, settings, Folds(of: table, count: folds))
      bias = fitted.bias
      if fitted.unfinished > 0 {
        findings["converged"] = false
        findings["folds_not_converged"] = .int(fitted.unfinished)
      }
      gamma = 1
      parameters["cross_fit"] = .int(folds)
    }
    switch settings.gamma {
    case nil: break
    case .fixed(let value):
      gamma = value
    case .labels:
      let choice = try GammaChoice(table, biases: try outOfFoldBiases(table, settings))
      gamma = choice.gamma
      findings["gamma_choice"] = choice.json
    case .decorrelate:
      gamma = Decorrelation.gamma(table.scores, bias.values(for: table), table.columns[0])
      parameters["gamma"] = "decorrelate"
      if gamma == 0,
        Association(of: table.scores, on: table.columns[0]).map({ $0.rankCorrelation != 0 })
          ?? false
      {
        findings["converged"] = false
        findings["not_converged"] =
          "no gamma brings the rank correlation of the scores with the covariate to 0"
      }
    }
    var offset = 0.0
    if settings.keepMean {
      offset = gamma * bias.values(for: table).mean
      parameters["keep_mean"] = true
    }
    return Calibration(
      method: Self.key, covariates: table.covariates, parameters: parameters, bias: bias,
      gamma: gamma, offset: offset,
      ranges: table.columns.map { ($0.min() ?? 0)...($0.max() ?? 0) }, n: table.count,
      prompts: table.prompts?.count, findings: findings, digest: table.digest.description,
      date: date)
  }

  /// The bias of each row, from fits to the prompts of other folds, [row]; five folds.
  func outOfFoldBiases(
    _ table: CalibrationTable, _ settings: FitSettings = .init()
  ) throws(TareError) -> [Double] {
    guard table.prompts != nil else {
      throw .usage(
        "gamma from labels requires prompts: a column that groups the responses to one prompt")
    }
    return try crossFitted(table, settings, Folds(of: table, count: Folds.usual)).bias.values(
      for: table)
  }

  private func check(_ table: CalibrationTable, _ settings: FitSettings) throws(TareError) {
    guard Self.covariateCount.contains(table.covariates.count) else {
      let range = Self.covariateCount
      let accepted =
        range.upperBound == .max
        ? "\(range.lowerBound) or more"
        : range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
      throw .usage(
        "method \(Self.key), covariates: expected \(accepted), found \(table.covariates.count)"
      )
    }
    if Self.needsLabels, table.labels == nil {
      throw .usage(
        "method \(Self.key) requires a label in every row: 1 for the better response, 0 for the worse"
      )
    }
    guard settings.gamma == nil || Self.allowsGamma else {
      throw .usage("method \(Self.key) does not support gamma")
    }
    guard settings.gamma != .labels || !Self.needsLabels else {
      throw .usage(
        "method \(Self.key) uses the labels already: expected a number as gamma, found labels")
    }
    if case .fixed(let gamma) = settings.gamma, !gamma.isFinite {
      throw .usage("gamma: expected a finite number, labels, decorrelate, found \(gamma)")
    }
    if let folds = settings.crossFit, !(2...100).contains(folds) {
      throw .usage("cross-fitting: expected 2 to 100 folds, found \(folds)")
    }
    if let shrinkage = settings.shrinkage, !(shrinkage >= 0 && shrinkage.isFinite) {
      throw .usage("shrinkage: expected a number of rows of at least 0, found \(shrinkage)")
    }
    if settings.perSubset, table.subsets == nil {
      throw .usage("fits per subset require a column subset")
    }
  }

  /// - Returns: also how many folds' fits did not end.
  private func crossFitted(
    _ table: CalibrationTable, _ settings: FitSettings, _ folds: Folds
  ) throws(TareError) -> (bias: Bias, unfinished: Int) {
    let shared = table.sharedFits(of: folds)
    prepareFolds(folds, of: table.sharing(shared))
    // Each fit holds most of the table, and none knows of the others.
    let threads = Self.hasFolds ? 1 : 2
    let found = try ParallelParts.map(threads: threads, count: folds.count) {
      (fold) throws(TareError) in
      var rest = TableWithoutFolds([fold], of: folds, table, shared)
      guard settings.perSubset else { return try rest.found(by: self) }
      var parameters: JSONObject = [:]
      return try self.findEach(rest.table(), settings, &parameters)
    }
    return (Bias(ofFolds: found.map(\.taken), of: table), found.count { !$0.didConverge })
  }

  /// The bias of all rows, or of each subset by itself.
  private func findEach(
    _ table: CalibrationTable, _ settings: FitSettings, _ parameters: inout JSONObject
  ) throws(TareError) -> FoundBias {
    var found = try findOnce(in: table)
    guard settings.perSubset, let subsets = table.subsets else { return found }
    let fit = try SubsetFit(self, table, subsets, pooled: found.taken, settings.shrinkage)
    found.bias = fit.bias
    found.gamma = 1
    parameters["per_subset"] = true
    parameters["shrinkage"] = .double(fit.shrinkage)
    return found
  }
}
