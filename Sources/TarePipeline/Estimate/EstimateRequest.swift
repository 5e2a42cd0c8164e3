/// What `tare estimate` is asked for.
internal import TareCore

package struct EstimateRequest: Sendable {
  /// Its `by` is the column of the policies.
  package var source: ScoreSource
  /// Covariates of the calibration's first stage.
  package var covariates: [String] = []
  /// The policy that others are compared with; nil for the first.
  package var against: String?
  /// Of transport checks, in the label's unit.
  package var margin: Double?
  /// Half a width: a number in the label's unit, or with % of the labels' range.
  package var budget: String?

  package init(source: ScoreSource) { self.source = source }

  /// Columns that name policies where none was named.
  static let usualColumns = ["policy", "model", "system", "generator"]
}
