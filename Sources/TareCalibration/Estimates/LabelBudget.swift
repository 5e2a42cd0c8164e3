internal import Foundation
/// How many labels an interval of a wanted width takes.
package import TareCore

/// Labels for a 95% interval of plus and minus a half-width, by what was seen of the variances.
package struct LabelBudget: Sendable, Hashable {
  package let halfWidth: Double
  /// Of labels alone.
  package let labels: Int?
  /// Of PPI++; nil where no number is enough, since the scored responses themselves are too few.
  package let predictionPowered: Int?
  /// Of calibrated scores; nil likewise.
  package let calibrated: Int?

  /// Of n labels among M scored responses PPI++, with λ the best for that n, has the variance
  /// σ² (1 − ρ²) / n + σ² ρ² / M.
  ///
  /// - Parameters:
  ///   - calibrated: mean squares of labels about their curve's values, and of those values about their mean.
  ///   - rows: responses with a score, M.
  init(
    halfWidth: Double, _ powered: PredictionPowered, calibrated: (rest: Double, curve: Double),
    rows: Int
  ) {
    self.halfWidth = halfWidth
    let allowed = (halfWidth / AuditEstimate.z) * (halfWidth / AuditEstimate.z)
    // Prompts with several responses tell less than as many prompts: what the seen error shows of that.
    let labels = Double(powered.labelled)
    let alone = powered.variance / labels
    let seen = powered.labelMean.standardError.map { $0 * $0 } ?? alone
    let design = alone > 0 ? max(1, seen / alone) : 1
    func needed(_ rest: Double, fixed: Double) -> Int? {
      let left = allowed - design * fixed / Double(max(rows, 1))
      guard left > 0 else { return nil }
      let count = (design * rest / left).rounded(.up)
      // More labels than responses there cannot be.
      return count < 1e12 ? max(2, Int(count)) : nil
    }
    self.labels = needed(powered.variance, fixed: 0)
    predictionPowered = needed(
      powered.variance * (1 - powered.explained), fixed: powered.variance * powered.explained)
    self.calibrated = needed(calibrated.rest, fixed: calibrated.curve)
  }

  package var json: JSONValue {
    [
      "half_width": .double(halfWidth), "labels_alone": labels.map { .int($0) } ?? .null,
      "ppi": predictionPowered.map { .int($0) } ?? .null,
      "calibrated": calibrated.map { .int($0) } ?? .null,
    ]
  }
}
