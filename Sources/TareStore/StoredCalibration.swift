/// A calibration as the store keeps it: an artefact that the calibration stage made, and what it gave.
package import TareCore

package struct StoredCalibration: Sendable, Hashable, Identifiable {
  package let id: Int64
  /// The calibrator's key.
  package let method: String
  /// What `tare calibrate --save` writes.
  package let artefact: JSONValue
  /// UTC, ISO 8601.
  package let createdAt: String
}

/// The calibrated score of one response: score = value + bias.
package struct CalibratedScore: Sendable, Hashable {
  /// `RunItem.id`.
  package var item: Int64
  package var value: Double
  package var bias: Double

  package init(item: Int64, value: Double, bias: Double) {
    self.item = item
    self.value = value
    self.bias = bias
  }
}
