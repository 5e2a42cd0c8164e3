/// Calibrates a file of typed columns that is copied in pieces: while the calibration is fitted no column is
/// held but what it is fitted to.
internal import Foundation
internal import TareCalibration
internal import TareCore
internal import TareFormats

extension Pipeline {
  /// - Parameter source: what was read; of it nothing is left where an outcome is returned.
  /// - Returns: nil where there are several reward models, or the file must be had whole.
  func calibrateCopy(
    _ source: inout ScoreParts, _ request: CalibrateRequest, _ saved: Calibration?
  ) throws(TareError) -> CalibrateOutcome? {
    guard request.output != nil || request.printsRows, let copy = try source.copy(request)
    else { return nil }
    let note = source.parts[0].groupingNote
    let labelled = try table(of: source, request, saved)
    let skipped = request.source.badRows.leavesOut ? source.skipped : nil
    if let saved { warn(ofApplied: saved, to: source.covariates, labelled) }
    (source.parts, source.table) = ([], nil)
    return try calibrate(labelled, request, saved, copy, note: note, skipped)
  }

  private func table(
    of source: ScoreParts, _ request: CalibrateRequest, _ saved: Calibration?
  ) throws(TareError) -> CalibrationTable {
    let table = try request.table(of: source.parts[0], source.covariates)
    // Subsets are texts, which are needed by subset alone.
    return saved == nil && !request.settings.perSubset ? table.withoutSubsets : table
  }

  private func calibrate(
    _ labelled: CalibrationTable, _ request: CalibrateRequest, _ saved: Calibration?,
    _ copy: TableCopy, note: String?, _ skipped: SkippedRows?
  ) throws(TareError) -> CalibrateOutcome {
    let table = request.labelled(labelled)
    let calibration =
      if let saved { saved } else { try request.settings.fit(table, date: Self.now) }
    let scores = try calibration.apply(to: table)
    let part = try CalibrateOutcome.Part(
      nil, table, calibration, scores.calibrated, rows: table.count, outside: scores.outside,
      labelled: labelled, ignoresLabels: request.settings.ignoresLabels)
    if let path = request.save {
      warn(ofSaved: calibration)
      try write(Data((calibration.json.text(indent: 2) + "\n").utf8), to: path)
    }
    if let sink = try request.sink() {
      try copy.write(
        adding: [("calibrated", scores.calibrated), ("bias", scores.bias)], to: sink)
      try sink.finish()
    }
    return CalibrateOutcome(parts: [part], rows: nil, note: note, skipped: skipped)
  }
}

extension ScoreParts {
  /// The file of one reward model's scores, where it is copied in pieces.
  fileprivate func copy(_ request: CalibrateRequest) throws(TareError) -> TableCopy? {
    guard parts.count == 1, parts[0].name == nil, case .table(let table) = parts[0].origin
    else { return nil }
    return try table.copy(for: request.output, format: request.outputFormat)
  }
}
