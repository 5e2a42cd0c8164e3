/// What `tare audit` found.
internal import TareCalibration
package import TareCore
internal import TareEvaluation

package struct CorrectionAuditOutcome: Sendable {
  /// One calibration of one reward model's scores.
  struct Audited: Sendable {
    /// A method, a file, or the column `calibrated`.
    let name: String
    let targets: [String]
    /// Why nothing was corrected, of a method that decided so.
    let abstention: String?
    /// Which searches of its fit did not end.
    let notConverged: [String]
    /// Of each covariate that varies within prompts, targets first.
    var selections: [SelectionAudit]
    /// The labels in a covariate's place: whether the best of n is better.
    let labels: SelectionAudit?
    /// What the calibration knew of those labels; nil where there are none.
    let labelUse: LabelUse?
    var substitution: SubstitutionAudit?

    var targetSelections: [SelectionAudit] {
      selections.filter { targets.contains($0.covariate.name) }
    }
  }

  struct Part: Sendable {
    let name: String?
    let rows: Int
    let prompts: Int
    let comparedPrompts: Int
    var calibrations: [Audited]
  }

  let parts: [Part]
  /// What was guessed of the rows, a sentence each.
  let notes: [String]

  package var json: JSONValue {
    [
      "parts": .array(parts.map(\.json)), "notes": .array(notes.map { .string($0) }),
    ]
  }
}

extension CorrectionAuditOutcome.Part {
  fileprivate var json: JSONValue {
    [
      "name": name.map { .string($0) } ?? .null, "rows": .int(rows), "prompts": .int(prompts),
      "prompts_with_several": .int(comparedPrompts),
      "calibrations": .array(calibrations.map(\.json)),
    ]
  }
}

extension CorrectionAuditOutcome.Audited {
  fileprivate var json: JSONValue {
    var object: JSONObject = [
      "name": .string(name), "targets": .array(targets.map { .string($0) }),
      "corrects": .bool(abstention == nil),
      "findings": .array(findings.map { .string($0) }),
      "selection": .array(selections.map(\.json)),
      "substitution": substitution?.json ?? .null,
    ]
    object["abstention"] = abstention.map { .string($0) }
    if !notConverged.isEmpty {
      object["not_converged"] = .array(notConverged.map { .string($0) })
    }
    if let labels {
      object["labels"] = labels.json
      object["label_use"] = labelUse.map { .string($0.rawValue) } ?? .null
    }
    return .object(object)
  }
}
