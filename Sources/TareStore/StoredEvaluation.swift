/// The result of one benchmark on one run, as the store keeps it.
package import TareCore

package struct StoredEvaluation: Sendable, Hashable, Identifiable {
  package let id: Int64
  /// `StoredCalibration.id`; nil if the raw scores were evaluated.
  package let calibration: Int64?
  /// The benchmark's key.
  package let benchmark: String
  package let result: JSONValue
  /// UTC, ISO 8601.
  package let createdAt: String
}
