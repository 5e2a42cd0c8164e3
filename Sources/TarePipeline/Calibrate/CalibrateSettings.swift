/// Method and settings of `tare calibrate`, as they are typed.
internal import TareCalibration
internal import TareCore

/// Nil, false or empty leaves what the method has by default.
package struct CalibrateSettings: Sendable {
  /// A key of the calibration methods; nil for auto.
  package var method: String?
  package var frac: Double?
  /// Whether `frac` is chosen by held-out prompts.
  package var choosesFrac = false
  package var it: Int?
  package var delta: Double?
  package var degree: Int?
  /// "tare", "statsmodels" or "r".
  package var rules: String?
  /// A number, or "tuned".
  package var coefficient: String?
  package var ratio: Double?
  package var ridge: Double?
  /// "increasing" or "decreasing".
  package var direction: String?
  /// "more", "less" or "any".
  package var assume: String?
  package var levels: Int?
  package var asPublished = false
  /// "char", "log" or "rank".
  package var scale: String?
  /// A number, "labels" or "decorrelate".
  package var gamma: String?
  package var crossFit: Int?
  package var perSubset = false
  package var shrinkage: Double?
  package var keepMean = false
  /// Does as if there were no labels.
  package var ignoresLabels = false

  package init() {}

  /// An option that is given and says how to fit; nil if none is.
  var given: String? {
    let options: [(String, Bool)] = [
      ("--method", method != nil), ("--frac", frac != nil || choosesFrac), ("--it", it != nil),
      ("--delta", delta != nil), ("--degree", degree != nil), ("--rules", rules != nil),
      ("--coefficient", coefficient != nil), ("--ratio", ratio != nil),
      ("--ridge", ridge != nil), ("--direction", direction != nil), ("--assume", assume != nil),
      ("--levels", levels != nil), ("--as-published", asPublished), ("--scale", scale != nil),
      ("--gamma", gamma != nil), ("--cross-fit", crossFit != nil), ("--per-subset", perSubset),
      ("--shrinkage", shrinkage != nil), ("--keep-mean", keepMean),
      ("--ignore-labels", ignoresLabels),
    ]
    return options.first { $0.1 }?.0
  }

  private static let usualMethod = "auto"

  func usualCovariates() throws(TareError) -> [String] {
    let type = try Calibrators.registry.entry(for: method ?? Self.usualMethod)
    switch type.covariateCount.lowerBound {
    case 0: return []
    case 1: return [Covariate.length.name]
    case let count:
      throw .usage("method \(type.key) requires \(count) covariates: name them with --covariate")
    }
  }

  func fit(_ table: CalibrationTable, date: String) throws(TareError) -> Calibration {
    let method = method ?? Self.usualMethod
    var options = try options()
    var search: FracSearch?
    if choosesFrac {
      let found = try FracSearch(method, options, table)
      options.frac = found.frac
      search = found
    }
    let calibration = try Calibrators.calibrator(method, options)
      .fit(table, try fitSettings(), date: date)
    return search.map { calibration.finding("frac_choice", $0.json) } ?? calibration
  }

  private func options() throws(TareError) -> CalibratorOptions {
    var options = CalibratorOptions()
    (options.frac, options.it, options.delta) = (frac, it, delta)
    (options.ratio, options.ridge, options.levels) = (ratio, ridge, levels)
    options.degree = degree
    options.rules = try choice("--rules", rules)
    options.asPublished = asPublished ? true : nil
    options.direction = try choice("--direction", direction)
    options.assume = try choice("--assume", assume)
    options.scale = try choice("--scale", scale) ?? .char
    if let coefficient {
      options.coefficient =
        coefficient == "tuned"
        ? .tuned : .fixed(try number("--coefficient", coefficient, or: "tuned"))
    }
    return options
  }

  private func fitSettings() throws(TareError) -> FitSettings {
    var settings = FitSettings()
    switch gamma {
    case nil: break
    case "labels": settings.gamma = .labels
    case "decorrelate": settings.gamma = .decorrelate
    case .some(let gamma):
      settings.gamma = .fixed(try number("--gamma", gamma, or: "labels, decorrelate"))
    }
    settings.crossFit = crossFit
    settings.perSubset = perSubset
    settings.shrinkage = shrinkage
    settings.keepMean = keepMean
    if shrinkage != nil, !perSubset { throw .usage("--shrinkage requires --per-subset") }
    return settings
  }

  private func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ option: String, _ text: String?
  ) throws(TareError) -> Choice? {
    guard let text else { return nil }
    guard let choice = Choice(rawValue: text) else {
      let accepted = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw .usage("\(option): expected \(accepted), found \(text)")
    }
    return choice
  }

  private func number(
    _ option: String, _ text: String, or others: String
  ) throws(TareError) -> Double {
    guard let number = Double(text), number.isFinite else {
      throw .usage("\(option): expected a finite number, \(others), found \(text)")
    }
    return number
  }
}
