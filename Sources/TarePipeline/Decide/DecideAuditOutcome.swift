/// What an audit found, for programs and in words.
internal import Foundation
package import TareCore
internal import TareScoring

package struct DecideAuditOutcome: Sendable {
  package let questions: [QuestionAudit]
  package let rows: Int
  package let model: String
  package let asked: Int
  package let seconds: Double

  package var json: JSONValue {
    [
      "model": .string(model), "rows": .int(rows), "asked": .int(asked),
      "seconds": .double(seconds), "questions": .array(questions.map(\.json)),
    ]
  }

  /// A block per question.
  package var text: String {
    let head =
      "\(rows) rows, \(asked) questions asked of \(model); shares and means with 95% intervals"
    return ([head] + questions.map(\.text)).joined(separator: "\n\n")
  }
}

extension QuestionAudit {
  fileprivate var json: JSONValue {
    var object: JSONObject = [
      "name": .string(question.name), "type": .string(question.kind.rawValue), "rows": .int(rows),
      "verdict": .string(verdict), "reasons": .array((faults + cautions).map { .string($0) }),
      "chance": .double(chance), "wordings": .int(wordings),
    ]
    for (name, estimate) in estimates { object[name] = estimate?.json ?? .null }
    object["least_label_mass"] = leastLabelMass.map { .double($0) } ?? .null
    object["interference"] = interference.map { .double($0) } ?? .null
    object["spread"] = spread.map { .double($0) } ?? .null
    object["common_label"] = commonLabel.map { .double($0) } ?? .null
    return .object(object)
  }

  private var estimates: [(String, DecisionEstimate?)] {
    [
      ("first_listed", firstListed), ("order_flips", orderFlips),
      ("label_flips", labelFlips),
      ("complement_sum", complementSum), ("complement_error", complementError),
      ("label_mass", labelMass), ("other_token_on_top", otherTokenOnTop),
      ("wording_flips", wordingFlips), ("wording_divergence", wordingDivergence),
      ("common_answer", commonAnswer), ("pair_accuracy", pairAccuracy),
      ("label_accuracy", labelAccuracy), ("interference_mean", interferenceMean),
    ]
  }

  fileprivate var text: String {
    var lines = ["\(question.name) (\(question.kind.rawValue)): \(verdict)"]
    for reason in faults + cautions { lines.append("  ! \(reason)") }
    func add(_ name: String, _ value: String?) {
      guard let value else { return }
      lines.append("  " + name.padding(toLength: 34, withPad: " ", startingAt: 0) + value)
    }
    add(
      "first option wins (\(String(format: "%.0f", 100 * chance))% by chance)", firstListed?.percent
    )
    add("rows that flip with the order", orderFlips?.percent)
    add("rows that flip with the labels", labelFlips?.percent)
    add("P(q) + P(not q)", complementSum?.text)
    add("|P(q) + P(not q) - 1|", complementError?.text)
    add(
      "label mass (least \(leastLabelMass.map { String(format: "%.2f", $0) } ?? "–"))",
      labelMass?.text)
    add("top token is no label", otherTokenOnTop?.percent)
    add("rows that flip with the wording", wordingFlips?.percent)
    add("divergence of wordings, bits", wordingDivergence?.text)
    add(
      "change beside other questions",
      interference.map { most in
        most == 0
          ? "none, to the bit"
          : String(format: "up to %.4f", most)
            + (interferenceMean.map { ", mean \($0.text)" } ?? "")
      })
    add("most common answer", commonAnswer?.percent)
    add("standard deviation of the value", spread.map { String(format: "%.4f", $0) })
    add("chosen above rejected", pairAccuracy?.percent)
    add(
      "labels met (\(commonLabel.map { String(format: "%.0f", 100 * $0) } ?? "–")% most common)",
      labelAccuracy?.percent)
    return lines.joined(separator: "\n")
  }
}
