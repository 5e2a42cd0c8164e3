/// What a calibration method finds.
package import TareCore

/// What a method found in a table.
package struct FoundBias: Sendable {
  package var bias: Bias
  /// How much of it the method itself would take off.
  package var gamma = 1.0
  /// What else it found, for the saved calibration.
  package var findings: JSONObject = [:]

  /// What is taken off: the bias, in the share that the method itself chose.
  var taken: Bias { gamma == 1 ? bias : .scaled(bias, by: gamma) }

  /// Whether the search for it ended; true where there was none.
  var didConverge: Bool { findings["converged"] != .bool(false) }

  package init(_ bias: Bias, gamma: Double = 1, findings: JSONObject = [:]) {
    self.bias = bias
    self.gamma = gamma
    self.findings = findings
  }
}
