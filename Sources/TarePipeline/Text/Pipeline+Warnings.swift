/// What a user is told beside the result.
internal import TareCalibration
internal import TareCore
internal import TareFormats
internal import TareScoring

extension Pipeline {
  /// What is to be known of how a model's texts become tokens.
  func warn(of text: TextModel) { text.opened.notes.forEach(observer.notice) }

  /// A saved calibration may be applied to other data, whose lengths are counted.
  func warn(ofSaved calibration: Calibration) {
    guard calibration.covariates.contains(where: \.isTakenForLength) else { return }
    observer.notice(
      "the column 'length' is assumed to count the response's Unicode scalars, which the saved "
        + "calibration will be applied to; a column that counts something else needs another name")
  }

  /// Lengths of which one is a column's, and the other counted.
  func warn(
    ofApplied saved: Calibration, to covariates: [Covariate], _ table: CalibrationTable? = nil
  ) {
    let unknown = table.map(saved.bias.unknownSubsets) ?? []
    if !unknown.isEmpty {
      observer.notice(
        "the calibration was fitted by subset and has no fit for \(list(unknown)): the fit to all "
          + "subsets is used there")
    }
    guard let fitted = saved.covariates.first(where: { $0 == .length }),
      let applied = covariates.first(where: { $0 == .length }),
      fitted.isTakenForLength != applied.isTakenForLength
    else { return }
    observer.notice(
      "the calibration was fitted to \(fitted.definition) and is applied to \(applied.definition): "
        + "make sure that both have the same unit")
  }

  /// What is to be known of texts that are tokenised and not scored.
  func warn(of rows: CandidateSets, _ text: TextModel, _ options: ScoringOptions) {
    var findings = InputFindings(options)
    for row in rows { findings.add(row, text, options) }
    findings.lines.forEach(observer.notice)
  }

  /// A process reward model reads nothing after the last step token.
  func warn(ofUnreadSteps count: Int, of whole: Int) {
    guard count > 0 else { return }
    observer.notice(
      "\(count) of \(whole) responses continue after their last step token; the text after it has "
        + "no score (--step-separator inserts a step token after each step)")
  }
}

extension CandidateSets {
  /// Responses that a file gave as steps, made one text, and contents of parts, made what the template
  /// reads.
  /// - Throws: `TareError.badData` with the row if the model's step token cannot be put there.
  func joiningSteps(
    for text: TextModel, _ options: ScoringOptions
  ) throws(TareError) -> CandidateSets {
    if hasSteps {
      for set in self { _ = try set.joiningSteps(for: text, options) }
    }
    // What can be wrong with it was found.
    return changed { set in
      let fitting = set.fittingParts(to: text).withReference(for: text)
      return (try? fitting.joiningSteps(for: text, options)) ?? fitting
    }
  }
}

extension CandidateSet {
  fileprivate func joiningSteps(
    for text: TextModel, _ options: ScoringOptions
  ) throws(TareError) -> CandidateSet {
    guard responses.contains(where: { $0.turns.last?.steps != nil }) else { return self }
    var set = self
    for index in responses.indices {
      let turns = responses[index].turns
      guard let last = turns.last, let steps = last.steps else { continue }
      do throws(TareError) {
        let response = try text.response(ofSteps: steps, options)
        set.responses[index].turns =
          turns.dropLast() + [Message(role: last.role, content: response)]
      } catch {
        throw error.inside("row '\(id)'")
      }
    }
    return set
  }
}

extension Message {
  /// The steps of a response from a file that has them one by one.
  fileprivate var steps: [String]? {
    self[Message.stepsMember]?.array?.compactMap(\.string)
  }
}
