/// What a calibration knew of the labels of the responses that it is judged by.
internal import TareCalibration
internal import TareCore
internal import TareEvaluation

extension Calibration {
  func labelUse(on responses: ScoredResponses) -> LabelUse {
    guard usesLabels else { return .unused }
    guard mayBeFitted(to: responses) else { return .otherData }
    return isCrossFitted ? .heldOut : .inSample
  }

  func labelUse(on table: CalibrationTable) -> LabelUse {
    guard usesLabels else { return .unused }
    guard table.count == n, table.digest.description == digest else { return .otherData }
    return isCrossFitted ? .heldOut : .inSample
  }

  /// Whether these may be the responses that it was fitted to. Where covariates are not at hand their
  /// number decides: to call a change in-sample that is not does less harm than the reverse.
  private func mayBeFitted(to responses: ScoredResponses) -> Bool {
    guard responses.count == n else { return false }
    guard let table = try? CalibrationTable(responses, covariates: covariates) else { return true }
    return table.digest.description == digest
  }
}
