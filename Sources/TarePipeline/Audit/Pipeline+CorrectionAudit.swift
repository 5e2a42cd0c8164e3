/// `tare audit`: whether corrections hold where scores select, and what they moved elsewhere.
internal import TareCalibration
package import TareCore
internal import TareEvaluation
internal import TareFormats
internal import TareNumerics
internal import TareStore

extension Pipeline {
  /// - Throws: `TareError.badData` where no prompt has several responses, as nothing is selected then.
  package func audit(_ request: CorrectionAuditRequest) throws(TareError) -> CorrectionAuditOutcome
  {
    var saved: [SavedCalibration] = []
    for path in request.calibrations {
      let calibration = try Calibration.read(path)
      saved.append(SavedCalibration(name: path, calibration: calibration))
    }
    var needed = request.targetNames + request.watched
    for one in saved { needed += one.calibration.names }
    needed = needed.withoutRepetitions
    let counted = CorrectionAuditRequest.counted.map { $0.key }.filter { !needed.contains($0) }
    let source = try request.source.read(covariates: needed, optional: counted)
    var parts: [CorrectionAuditOutcome.Part] = []
    for part in source.parts {
      do throws(TareError) {
        let audited = try audit(part, of: source, request, saved)
        parts.append(audited)
      } catch {
        guard let name = part.name else { throw error }
        throw error.inside(name)
      }
    }
    var notes: [String] = []
    if let note = source.parts.compactMap(\.groupingNote).first { notes.append(note) }
    return CorrectionAuditOutcome(parts: parts, notes: notes)
  }

  private func audit(
    _ part: ScorePart, of source: ScoreParts, _ request: CorrectionAuditRequest,
    _ saved: [SavedCalibration]
  ) throws(TareError) -> CorrectionAuditOutcome.Part {
    let auditor = try Auditor(part, of: source, request)
    var corrections: [Correction] = []
    for one in saved {
      let own = try auditor.table(one.calibration.names)
      warn(ofApplied: one.calibration, to: own.covariates, own)
      let correction = try Correction(one.name, one.calibration, of: own)
      corrections.append(correction)
    }
    for method in request.methods {
      let correction = try auditor.fitted(method, request.settings)
      corrections.append(correction)
    }
    if let calibrated = try part.calibratedScores(in: source.store) {
      corrections.append(
        Correction(name: part.calibratedName, targets: request.targetNames, scores: calibrated))
    }
    if corrections.isEmpty { corrections = [try auditor.fitted("auto", request.settings)] }
    var audited = corrections.map(auditor.audited)
    Self.adjust(&audited)
    return CorrectionAuditOutcome.Part(
      name: part.name, rows: auditor.whole.count, prompts: auditor.whole.prompts?.count ?? 0,
      comparedPrompts: auditor.comparedPrompts, calibrations: audited)
  }

  /// All tests of one reward model's calibrations are made together.
  private static func adjust(_ audited: inout [CorrectionAuditOutcome.Audited]) {
    var selections = audited.flatMap(\.selections)
    SelectionAudit.adjust(&selections, by: BenjaminiHochberg.adjusted)
    var place = 0
    for index in audited.indices {
      let count = audited[index].selections.count
      audited[index].selections = Array(selections[place..<place + count])
      place += count
    }
    let tested = audited.indices.filter { audited[$0].substitution != nil }
    var substitutions = tested.compactMap { audited[$0].substitution }
    SubstitutionAudit.adjust(&substitutions, by: BenjaminiHochberg.adjusted)
    for (index, substitution) in zip(tested, substitutions) {
      audited[index].substitution = substitution
    }
  }
}

/// A calibration and the file that it is from.
private struct SavedCalibration {
  let name: String
  let calibration: Calibration
}

/// Scores after a calibration, to be audited.
private struct Correction {
  let name: String
  let targets: [String]
  /// [row]
  let scores: [Double]
  var abstention: String?
  var notConverged: [String] = []
  var labelUse = LabelUse.unknown

  init(name: String, targets: [String], scores: [Double]) {
    (self.name, self.targets, self.scores) = (name, targets, scores)
  }

  init(
    _ name: String, _ calibration: Calibration, of table: CalibrationTable
  ) throws(TareError) {
    self.init(
      name: name, targets: calibration.names, scores: try calibration.apply(to: table).calibrated)
    if calibration.gamma == 0 {
      abstention = calibration.findings["reason"]?.string ?? "gamma is 0."
    }
    notConverged = calibration.notConverged
    labelUse = calibration.labelUse(on: table)
  }
}

/// The scores of one reward model with all covariates.
private struct Auditor {
  private let part: ScorePart
  private let prompts: PromptGroups?
  /// Of all covariates.
  let whole: CalibrationTable
  let comparedPrompts: Int
  private let targets: [String]

  init(
    _ part: ScorePart, of source: ScoreParts, _ request: CorrectionAuditRequest
  ) throws(TareError) {
    self.part = part
    targets = request.targetNames
    prompts = request.source.group.map { _ in PromptGroups(part.responses.map(\.promptID)) }
    let known = source.covariates.filter { part.responses.covariate($0.name) != nil }
    let table = try CalibrationTable(part.responses, covariates: known, prompts: prompts)
    let more = try Self.counted(part, in: source, apartFrom: known)
    whole = try CalibrationTable(
      scores: table.scores, columns: table.columns + more.map(\.values),
      covariates: known + more.map(\.covariate), prompts: table.prompts, labels: table.labels)
    comparedPrompts = whole.prompts?.counts.count { $0 > 1 } ?? 0
    guard comparedPrompts > 0 else {
      throw .badData(
        place: "the scores", found: "no prompt with several responses",
        accepted: "several responses per prompt, in a column that groups them (--group)")
    }
  }

  /// What can be counted on a run's texts and was not read as a column.
  private static func counted(
    _ part: ScorePart, in source: ScoreParts, apartFrom known: [Covariate]
  ) throws(TareError) -> [(covariate: Covariate, values: [Double])] {
    let missing = CorrectionAuditRequest.counted.filter { kind in
      !known.contains { $0.name == kind.key }
    }
    guard case .run = part.origin, !missing.isEmpty, let texts = try part.texts(in: source.store)
    else { return [] }
    var columns = missing.map { _ in [Double]() }
    for conversation in texts {
      for (place, kind) in missing.enumerated() {
        let value = kind.value(
          prompt: conversation.prompt, response: conversation.response, tokens: nil)
        columns[place].append(value ?? 0)
      }
    }
    return zip(missing, columns).map { (.computed($0), $1) }
  }

  /// The table of some covariates, with subsets and labels.
  func table(_ names: [String]) throws(TareError) -> CalibrationTable {
    let covariates = names.compactMap { name in whole.covariates.first { $0.name == name } }
    return try CalibrationTable(part.responses, covariates: covariates, prompts: prompts)
  }

  func fitted(_ method: String, _ settings: CalibrateSettings) throws(TareError) -> Correction {
    var settings = settings
    settings.method = method
    let usual = try settings.usualCovariates()
    let table = try table(usual.isEmpty ? [] : targets)
    let labelled = settings.ignoresLabels ? table.withoutLabels : table
    do throws(TareError) {
      let calibration = try settings.fit(labelled, date: Pipeline.now)
      return try Correction(method, calibration, of: labelled)
    } catch {
      throw error.inside(method)
    }
  }

  func audited(_ correction: Correction) -> CorrectionAuditOutcome.Audited {
    let names = Set(correction.targets)
    let order = whole.covariates.indices.sorted { first, second in
      let isFirst = names.contains(whole.covariates[first].name)
      let isSecond = names.contains(whole.covariates[second].name)
      return isFirst == isSecond ? first < second : isFirst
    }
    let selections = ParallelParts.map(threads: 2, count: order.count) {
      SelectionAudit(whole, covariate: order[$0], calibrated: correction.scores)
    }
    return CorrectionAuditOutcome.Audited(
      name: correction.name, targets: correction.targets, abstention: correction.abstention,
      notConverged: correction.notConverged,
      selections: selections.compactMap(\.self), labels: labels(correction.scores),
      labelUse: whole.labels == nil ? nil : correction.labelUse,
      substitution: SubstitutionAudit(whole, calibrated: correction.scores, targets: names))
  }

  /// Whether the best of n by the calibrated scores is better.
  private func labels(_ calibrated: [Double]) -> SelectionAudit? {
    guard let labels = whole.labels,
      let table = try? CalibrationTable(
        scores: whole.scores, values: labels, covariate: .named("label"), prompts: whole.prompts)
    else { return nil }
    return SelectionAudit(table, calibrated: calibrated)
  }
}

extension Calibration {
  fileprivate var names: [String] { covariates.map(\.name) }
}

extension [String] {
  fileprivate var withoutRepetitions: [String] {
    var seen: Set<String> = []
    return filter { seen.insert($0).inserted }
  }
}
