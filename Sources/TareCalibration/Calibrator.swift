/// What a calibration method is.
package import TareCore

/// A way to find the bias in scores, with its settings.
///
/// A new one states its key and the options it reads, and gives the curve; the rest is shared.
package protocol Calibrator: Registered, Sendable {
  /// The options it reads; any other that the user gives is an error.
  static var options: [CalibratorOptions.Name] { get }

  /// - Throws: `TareError.usage` for a setting out of range.
  init(_ options: CalibratorOptions) throws(TareError)

  /// The settings in force, for the saved calibration.
  var parameters: JSONObject { get }

  /// The bias as a function of the covariate.
  func curve(for table: CalibrationTable) throws(TareError) -> Curve
}

/// The settings of all calibrators; nil leaves a calibrator's own default.
package struct CalibratorOptions: Sendable {
  package enum Name: String, Sendable { case frac, it, delta, coefficient }

  package var frac: Double?
  package var it: Int?
  package var delta: Double?
  /// Score per unit of the covariate.
  package var coefficient: Double?

  package init(
    frac: Double? = nil, it: Int? = nil, delta: Double? = nil, coefficient: Double? = nil
  ) {
    self.frac = frac
    self.it = it
    self.delta = delta
    self.coefficient = coefficient
  }

  var given: [Name] {
    [
      frac.map { _ in .frac }, it.map { _ in .it }, delta.map { _ in .delta },
      coefficient.map { _ in .coefficient },
    ].compactMap { $0 }
  }
}

extension Calibrator {
  /// Fits the calibration.
  ///
  /// - Parameters:
  ///   - keepMean: puts the curve's mean over the data back, so that the mean score stays what it
  ///     was. Not done in the published method.
  ///   - date: written into the calibration as it stands.
  package func fit(
    _ table: CalibrationTable, keepMean: Bool = false, date: String
  ) throws(TareError) -> Calibration {
    var curve = try curve(for: table)
    var parameters = parameters
    if keepMean {
      curve = curve.lowered(by: table.values.map { curve.bias(at: $0) }.mean)
      parameters["keep_mean"] = .bool(true)
    }
    try curve.check()
    let least = table.values.min() ?? 0
    let most = table.values.max() ?? 0
    return Calibration(
      method: Self.key, covariate: table.covariate, parameters: parameters, curve: curve,
      range: least...most, n: table.scores.count, digest: table.digest.description, date: date)
  }
}
