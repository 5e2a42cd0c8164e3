/// What `tare label` is asked for.
internal import TareCore

package struct LabelRequest: Sendable {
  /// Which two responses to a prompt are compared.
  package enum Decision: String, Sendable, CaseIterable {
    /// The best by the raw and the best by the calibrated scores.
    case best
    /// Two drawn responses that both order.
    case order
  }

  package var source: ScoreSource
  /// A saved calibration; nil for the calibrated scores that stand beside the raw ones.
  package var calibration: String?
  /// The file that keeps the labels.
  package var store: String
  package var labeller: String
  /// A key of the decisions; nil for best.
  package var decision: String?
  /// The chance of a wrong verdict that is accepted.
  package var alpha = 0.05
  /// A gain or loss, as a share of prompts, that is not worth labels.
  package var margin = 0.01
  /// Whether pairs are shown that others have labelled, in place of those without a label.
  package var isSecond = false
  package var seed: UInt64 = 1

  package init(source: ScoreSource, store: String, labeller: String) {
    (self.source, self.store, self.labeller) = (source, store, labeller)
  }

  package static let decisions = Decision.allCases.map(\.rawValue)

  /// - Throws: `TareError.usage` for a decision, rate or margin that there is not.
  func checked() throws(TareError) -> Decision {
    guard !labeller.isEmpty else { throw .usage("--labeller: expected a name, found none") }
    guard alpha > 0, alpha < 1 else {
      throw .usage("--alpha: expected a number between 0 and 1, found \(alpha)")
    }
    guard margin > 0, margin < 1 else {
      throw .usage("--margin: expected a number between 0 and 1, found \(margin)")
    }
    guard let decision = Decision(rawValue: decision ?? Decision.best.rawValue) else {
      throw .usage(
        "--decision: expected \(Self.decisions.joined(separator: ", ")), found \(decision ?? "")")
    }
    return decision
  }
}
