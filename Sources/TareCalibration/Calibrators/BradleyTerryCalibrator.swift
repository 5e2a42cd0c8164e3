/// Covariates beside the score in a model of the labels, as LMArena's style control has them.
package import TareCore
internal import TareNumerics

/// P(better wins) = σ(a Δscore + Σ c_k Δx_k): what the labels say of a covariate once the score is
/// known. Where c is negative the score counts the covariate too much, and −c/a of it is bias; where
/// it is positive the score counts it too little, and the correction adds it. That fits these
/// labels best; on data where one answer is longer for a reason of its own, as on RewardBench's
/// math-prm, it learns that reason.
package struct BradleyTerryCalibrator: Calibrator {
  package static let key = "bradley-terry"
  package static let summary =
    "covariates and score in a Bradley–Terry model of the labels (requires labels)"
  package static let options: [CalibratorOptions.Name] = [.ridge]
  package static let covariateCount = 1...Int.max
  package static let needsLabels = true

  private let ridge: Double
  private let scale: Scale

  /// By default `ridge` is 1: on covariates in units of their standard deviation it is worth one
  /// prompt, and only ends the search where pairs can be told apart without error.
  package init(_ options: CalibratorOptions) throws(TareError) {
    ridge = options.ridge ?? 1
    scale = options.scale
    try CalibratorOptions.require(
      ridge >= 0 && ridge.isFinite, .ridge, ridge, "a number of at least 0")
    guard scale != .rank else {
      throw .usage("method bradley-terry, scale: expected char, log, found rank")
    }
  }

  package var parameters: JSONObject {
    ["ridge": .double(ridge), "scale": .string(scale.rawValue)]
  }

  package func find(in table: CalibrationTable) throws(TareError) -> FoundBias {
    guard let pairs = LabelledPairs(table), pairs.prompts > 1 else {
      throw .badData(
        place: "column label", found: "no two prompts with a better and a worse response",
        accepted: "labelled prompts with several responses (method bradley-terry)")
    }
    var features = [pairs.differences(table.scores)]
    for covariate in table.covariates.indices {
      features.append(pairs.differences(try table.column(covariate, on: scale)))
    }
    let spreads = features.map { feature in
      let sum = zip(feature, pairs.weight).reduce(0) { $0 + $1.0 * $1.0 * $1.1 }
      return (sum / Double(pairs.prompts)).squareRoot()
    }
    for (feature, spread) in spreads.enumerated() where !(spread > 0) {
      throw .badData(
        place: "column \(feature == 0 ? "score" : table.covariates[feature - 1].name)",
        found: "no difference between the better and the worse responses",
        accepted: "a column that varies within prompts (method bradley-terry)")
    }
    let scaled = zip(features, spreads).map { feature, spread in feature.map { $0 / spread } }
    let penalties = [0.0] + [Double](repeating: ridge, count: features.count - 1)
    let weights = PairWeights(pairs.weight)
    guard let fit = PairLogit(scaled, weights: weights, ridge: penalties),
      fit.coefficients[0] > 0
    else {
      throw .badData(
        place: "column score", found: "scores that do not order the labelled pairs",
        accepted: "scores that are higher for better responses, given the covariates")
    }
    let covariance = fit.covariance(
      scaled, weights: weights, prompts: pairs.prompt, count: pairs.prompts)
    guard fit.didConverge else { return unfinished(table, pairs.prompts) }
    return found(table, fit.coefficients, covariance, spreads, pairs.prompts)
  }

  /// Scores that order all labelled pairs without error: the larger the score's coefficient the better, and
  /// with it the share of the covariates goes to 0. Neither has a value or an error to be told.
  private func unfinished(_ table: CalibrationTable, _ prompts: Int) -> FoundBias {
    let terms = table.covariates.indices.map { place in
      Bias.curve(
        .line(slope: 0, intercept: 0, isLogarithmic: scale == .log), covariate: place)
    }
    return FoundBias(
      .sum(terms),
      findings: [
        "converged": false,
        "not_converged": .string(
          """
          the fit of the labels, \(PairLogit.mostSteps) steps: the scores order the labelled pairs \
          without error, so that their coefficient has no largest value; no correction
          """),
        "prompts": .int(prompts),
      ])
  }

  private func found(
    _ table: CalibrationTable, _ coefficients: [Double], _ covariance: [[Double]],
    _ spreads: [Double], _ prompts: Int
  ) -> FoundBias {
    let slope = coefficients[0] / spreads[0]
    var terms: [Bias] = []
    var described: [JSONValue] = []
    for (place, covariate) in table.covariates.enumerated() {
      let coefficient = coefficients[place + 1] / spreads[place + 1]
      let error = covariance[place + 1][place + 1].squareRoot() / spreads[place + 1]
      terms.append(
        .curve(
          .line(slope: -coefficient / slope, intercept: 0, isLogarithmic: scale == .log),
          covariate: place))
      described.append([
        "covariate": .string(covariate.name), "coefficient": .double(coefficient),
        "standard_error": .double(error),
        "interval": [.double(coefficient - 1.96 * error), .double(coefficient + 1.96 * error)],
        "bias_per_unit": .double(-coefficient / slope),
      ])
    }
    return FoundBias(
      .sum(terms),
      findings: [
        "score_coefficient": .double(slope),
        "score_standard_error": .double(covariance[0][0].squareRoot() / spreads[0]),
        "coefficients": .array(described), "prompts": .int(prompts),
      ])
  }
}
