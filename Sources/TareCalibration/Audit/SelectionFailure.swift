/// A correction that `auto` does not make since it would not hold where scores select.
internal import TareCore
internal import TareNumerics

/// Flat on average, and yet the best of many responses has more (or less) of the covariate than what is offered.
///
/// Asked only of prompts with four responses or more: the best of two or three differs little from what the rank
/// correlation within prompts says already.
struct SelectionFailure {
  let reason: String
  let details: JSONObject

  private static let leastResponses = 4

  /// - Returns: nil where the correction holds, leaves an association that is visible on average too, or cannot
  ///   be judged.
  init?(_ table: CalibrationTable, _ bias: Bias, _ gamma: Double) {
    guard let n = Self.decisiveNumber(table) else { return nil }
    let values = bias.values(for: table)
    let calibrated = table.scores.indices.map { table.scores[$0] - gamma * values[$0] }
    guard let audit = SelectionAudit(table, calibrated: calibrated, only: [n]),
      audit.verdict == .onAverageOnly, let point = audit.decisive
    else { return nil }
    let name = audit.covariate.name
    let direction = point.calibrated.value > 0 ? "more" : "less"
    func inSpreads(_ estimate: AuditEstimate) -> String {
      "\((audit.standardized(estimate) * 100).rounded() / 100)"
    }
    reason = """
      A correction would be flat on average only. It leaves a rank correlation of \
      \(((audit.calibratedCorrelation ?? 0) * 1000).rounded() / 1000) within prompts, but the best of \
      \(n) corrected responses would have significantly \(direction) \(name) than what is offered: by \
      \(inSpreads(point.calibrated)) standard deviations within prompts (raw scores: \
      \(inSpreads(point.raw))). A shift of the mean does not remove this.
      """
    details = ["selection": audit.json]
  }

  /// The largest number of responses that enough prompts have, if it is large enough.
  private static func decisiveNumber(_ table: CalibrationTable) -> Int? {
    guard let counts = table.prompts?.counts.sorted(by: >),
      counts.count >= SelectionAudit.leastPrompts,
      case let n = counts[SelectionAudit.leastPrompts - 1], n >= leastResponses
    else { return nil }
    return n
  }
}

extension JSONObject {
  /// The findings of a verdict that the selection has overruled.
  func abstaining(_ failure: SelectionFailure) -> JSONObject {
    var object = self
    object["decision"] = "abstain"
    object["reason"] = .string(failure.reason)
    for (name, value) in failure.details.members { object[name] = value }
    return object
  }
}
