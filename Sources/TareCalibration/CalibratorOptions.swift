/// The settings of calibration methods.
internal import TareCore
package import TareNumerics

/// The settings that single methods read; nil leaves a method's own default.
package struct CalibratorOptions: Sendable {
  package enum Name: String, Sendable {
    case frac, it, delta, degree, rules, coefficient, ratio, ridge, direction, assume, levels
    case asPublished = "as-published"
  }

  /// Share of the points in each local fit.
  package var frac: Double?
  /// Robustifying iterations.
  package var it: Int?
  /// Distance within which a curve is interpolated.
  package var delta: Double?
  /// Degree of the local polynomial.
  package var degree: Int?
  /// Whose rules LOWESS follows.
  package var rules: Lowess.Rules?
  /// Score per unit of the covariate.
  package var coefficient: Coefficient?
  /// Mean difference of the covariate in a pair, in half-widths of the window.
  package var ratio: Double?
  /// Strength of the penalty on coefficients.
  package var ridge: Double?
  /// Which way a curve may go.
  package var direction: Direction?
  /// What counts as bias where no labels tell.
  package var assume: Assumption?
  /// Quantiles that are matched.
  package var levels: Int?
  /// Does as the published code did, its defects too.
  package var asPublished: Bool?
  /// How covariates are measured; every method reads it.
  package var scale = Scale.char

  package init() {}

  package enum Coefficient: Sendable, Hashable {
    case fixed(Double)
    /// The one at which score and covariate no longer correlate.
    case tuned
  }

  package enum Direction: String, Sendable, CaseIterable { case increasing, decreasing }

  /// What a preference for more of the covariate, or for less, says without labels.
  package enum Assumption: String, Sendable, CaseIterable {
    /// Only a preference for more is bias: the one that the literature finds for length.
    case more
    /// Only a preference for less is bias.
    case less
    /// Quality does not depend on the covariate, as the published method assumes: any preference is.
    case any
  }

  var given: [Name] {
    [
      frac.map { _ in .frac }, it.map { _ in .it }, delta.map { _ in .delta },
      degree.map { _ in .degree }, rules.map { _ in .rules },
      coefficient.map { _ in .coefficient }, ratio.map { _ in .ratio },
      ridge.map { _ in .ridge }, direction.map { _ in .direction }, assume.map { _ in .assume },
      levels.map { _ in .levels }, asPublished.map { _ in .asPublished },
    ].compactMap(\.self)
  }

  /// The local regression with these settings.
  func lowess(frac: Double) throws(TareError) -> Lowess {
    try Lowess(
      frac: self.frac ?? frac, it: it ?? 3, delta: delta, degree: degree ?? 1,
      rules: rules ?? .tare)
  }

  /// - Throws: `TareError.usage` that names the option.
  static func require(
    _ isMet: Bool, _ name: Name, _ found: Any, _ accepted: String
  ) throws(TareError) {
    guard isMet else { throw .usage("\(name.rawValue): expected \(accepted), found \(found)") }
  }
}
