/// The options that say how a calibration is fitted.
internal import ArgumentParser
internal import TarePipeline

struct CalibrationArguments: ParsableArguments {
  @Option(help: ArgumentHelp("Calibration method: \(Pipeline.calibrationMethods) (default: auto)."))
  var method: String?

  @Option(
    name: .customLong("covariate"),
    help: ArgumentHelp(
      "What is taken off: a column, or counted on the text: \(Pipeline.textCovariates) (default: length). Some methods take several.",
      valueName: "name"))
  var covariates: [String] = []

  @Option(
    help: ArgumentHelp(
      "How much of the bias is taken off: a number, labels (chosen on labelled prompts), decorrelate (until score and covariate do not follow each other) (default: 1; auto chooses its own)."
    ))
  var gamma: String?

  @Option(help: "Fit each prompt's bias to the prompts of the other folds, K of them.")
  var crossFit: Int?
  @Flag(help: "Fit each subset by itself, drawn towards the fit of all.")
  var perSubset = false
  @Option(help: "Rows at which a subset's own fit counts half (default: by cross-validation).")
  var shrinkage: Double?
  @Option(help: "The covariates' scale in the fit: char (as they are), log, rank (default: char).")
  var scale: String?
  @Flag(help: "Leave the mean of the scores as it is.")
  var keepMean = false
  @Flag(help: "Do as if there were no labels.")
  var ignoreLabels = false

  @Option(
    help: ArgumentHelp(
      "Share of the points in each local fit (default: 0.9; within-prompt 2/3, surface 1/2, quantile 1/3)."
    ))
  var frac: Double?
  @Option(help: "Robustifying iterations (default: 3).")
  var it: Int?
  @Option(help: "Distance within which the curve is interpolated (default: 0, exact).")
  var delta: Double?
  @Option(help: "Degree of the local polynomial: 0, 1 or 2 (default: 1).")
  var degree: Int?
  @Option(
    help: ArgumentHelp(
      "Whose LOWESS rules: tare (rows that share a value enter together, in any order), statsmodels or r (exact copies, their faults with ties included) (default: tare)."
    ))
  var rules: String?
  @Option(
    help: "auto, without labels: the preference that is bias: more, less, any (default: more).")
  var assume: String?
  @Option(help: "penalty: score per unit of the covariate, or tuned (default: 0.001).")
  var coefficient: String?
  @Option(help: "mean: half-widths of the window in the mean difference of a pair (default: 4).")
  var ratio: Double?
  @Flag(help: "mean: as the published code does, its slips too.")
  var asPublished = false
  @Option(help: "monotone: increasing or decreasing (default: increasing).")
  var direction: String?
  @Option(help: "bradley-terry: ridge on the covariates' coefficients (default: 1).")
  var ridge: Double?
  @Option(help: "quantile: levels that are matched (default: 19).")
  var levels: Int?

  var settings: CalibrateSettings {
    var settings = CalibrateSettings()
    settings.method = method
    (settings.frac, settings.it, settings.delta) = (frac, it, delta)
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
