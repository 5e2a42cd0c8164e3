/// The options that say how a calibration is fitted.
internal import ArgumentParser
internal import TareCore
internal import TarePipeline

struct CalibrationArguments: ParsableArguments {
  @Option(help: ArgumentHelp("Calibration method: \(Pipeline.calibrationMethods) (default: auto)."))
  var method: String?

  @Option(
    name: .customLong("covariate"),
    help: ArgumentHelp(
      "Covariate whose bias is removed: a column, or computed from the text: \(Pipeline.textCovariates) (default: length). Some methods take several.",
      valueName: "name"))
  var covariates: [String] = []

  @Option(
    help: ArgumentHelp(
      "Factor of the bias that is subtracted: a number, labels (fitted to labelled prompts), decorrelate (the smallest at which score and covariate are uncorrelated) (default: 1; auto chooses its own)."
    ))
  var gamma: String?

  @Option(help: "Number of folds: the bias of each prompt comes from a fit to the other folds.")
  var crossFit: Int?
  @Flag(help: "Fit each subset separately, shrunk towards the fit to all rows.")
  var perSubset = false
  @Option(
    help:
      "Number of rows at which a subset's own fit has weight 1/2 (default: by cross-validation).")
  var shrinkage: Double?
  @Option(help: "Scale of the covariates in the fit: char (unchanged), log, rank (default: char).")
  var scale: String?
  @Flag(help: "Keep the mean of the scores unchanged.")
  var keepMean = false
  @Flag(help: "Ignore the labels.")
  var ignoreLabels = false

  @Option(
    help: ArgumentHelp(
      "Fraction of the points in each local fit, or auto: the one that predicts held-out prompts best (default: 0.9; within-prompt 2/3, surface 1/2, quantile 1/3)."
    ))
  var frac: String?
  @Option(help: "Number of robustness iterations (default: 3).")
  var it: Int?
  @Option(help: "Distance within which the curve is interpolated linearly (default: 0, exact).")
  var delta: Double?
  @Option(help: "Degree of the local polynomial: 0, 1 or 2 (default: 1).")
  var degree: Int?
  @Option(
    help: ArgumentHelp(
      "LOWESS implementation: tare (tied rows enter together; independent of the row order), statsmodels or r (exact reproductions, including their bugs with ties) (default: tare)."
    ))
  var rules: String?
  @Option(
    help: "auto, without labels: which preference counts as bias: more, less, any (default: more).")
  var assume: String?
  @Option(help: "penalty: score per unit of the covariate, or tuned (default: 0.001).")
  var coefficient: String?
  @Option(
    help:
      "mean: mean difference within pairs, divided by the half-width of the window (default: 4).")
  var ratio: Double?
  @Flag(help: "mean: reproduce the published code, including its bugs.")
  var asPublished = false
  @Option(help: "monotone: increasing or decreasing (default: increasing).")
  var direction: String?
  @Option(help: "bradley-terry: ridge penalty on the covariates' coefficients (default: 1).")
  var ridge: Double?
  @Option(help: "quantile: number of quantile levels that are matched (default: 19).")
  var levels: Int?

  /// - Throws: `TareError.usage` for a fraction that is neither a number nor auto.
  func settings() throws(TareError) -> CalibrateSettings {
    var settings = CalibrateSettings()
    settings.method = method
    (settings.frac, settings.choosesFrac) = try FracArgument.parsed(frac)
    (settings.it, settings.delta) = (it, delta)
    (settings.degree, settings.rules) = (degree, rules)
    settings.coefficient = coefficient
    (settings.ratio, settings.ridge, settings.levels) = (ratio, ridge, levels)
    (settings.direction, settings.assume, settings.scale) = (direction, assume, scale)
    settings.asPublished = asPublished
    settings.gamma = gamma
    settings.crossFit = crossFit
    (settings.perSubset, settings.shrinkage) = (perSubset, shrinkage)
    (settings.keepMean, settings.ignoresLabels) = (keepMean, ignoreLabels)
    return settings
  }
}
