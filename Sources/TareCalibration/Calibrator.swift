/// What a calibration method is.
package import TareCore

/// A way to find the bias in scores, with its settings.
///
/// A new one states its key and the options it reads, and finds the bias; what all have in common
/// (gamma, folds, subsets, saving) is in `Calibrator+Fit.swift`.
package protocol Calibrator: Registered, Sendable {
  /// The options it reads; any other that the user gives is an error.
  static var options: [CalibratorOptions.Name] { get }
  /// How many covariates it takes.
  static var covariateCount: ClosedRange<Int> { get }
  static var needsLabels: Bool { get }
  /// Whether gamma may be chosen for it. Not where it chooses its own, or where what is taken off
  /// is no bias in the score's unit.
  static var allowsGamma: Bool { get }
  /// Whether it fits to folds of the prompts itself, two at a time.
  static var hasFolds: Bool { get }

  /// Finds at once what it will want of the prompts outside two folds when it is fitted to those outside
  /// each, and keeps that in the fits that the table shares: one after another would leave a thread idle.
  func prepareFolds(_ folds: Folds, of table: CalibrationTable)

  /// - Throws: `TareError.usage` for a setting out of range.
  init(_ options: CalibratorOptions) throws(TareError)

  /// The settings in force, for the saved calibration.
  var parameters: JSONObject { get }

  /// In which order `find` gets the rows.
  var rowOrder: RowOrder { get }

  /// Finds the bias.
  func find(in table: CalibrationTable) throws(TareError) -> FoundBias

  /// The same, but for standard errors that take time: for fits of which nothing but the bias counts.
  func findWithoutErrors(in table: CalibrationTable) throws(TareError) -> FoundBias
}

extension Calibrator {
  package static var covariateCount: ClosedRange<Int> { 1...1 }
  package static var needsLabels: Bool { false }
  package static var allowsGamma: Bool { true }
  package static var hasFolds: Bool { false }
  package func prepareFolds(_ folds: Folds, of table: CalibrationTable) {}
  package var rowOrder: RowOrder { .canonical }

  package func findWithoutErrors(in table: CalibrationTable) throws(TareError) -> FoundBias {
    try find(in: table)
  }
}
