/// `tare calibrate`: finds the bias in scores, or takes a saved one, and takes it off.
package import Foundation
internal import TareCalibration
package import TareCore
internal import TareEvaluation
internal import TareFormats
internal import TareNumerics
internal import TareReport
internal import TareStore

package struct CalibrateRequest: Sendable {
  package var source: ScoreSource
  /// Method and settings, as typed; see `CalibrateSettings`.
  package var settings = CalibrateSettings()
  /// The covariates; none for the method's usual one, "length".
  package var covariates: [String] = []
  /// A saved calibration that is applied instead of fitting one.
  package var apply: String?
  /// Where the calibration is saved.
  package var save: String?
  /// Where the rows go with `calibrated` and `bias` added.
  package var output: String?
  /// The key of their format; nil for that of the file's name, or else the source's own.
  package var outputFormat: String?
  /// Without an output file the rows go to standard output: a large CSV file's as they are made,
  /// others' as `CalibrateOutcome.rows`.
  package var printsRows = false

  package init(source: ScoreSource) { self.source = source }
}

/// What `calibrate` found and did, for each reward model in the source.
package struct CalibrateOutcome: Sendable {
  package struct Part: Sendable {
    package let name: String?
    let calibration: Calibration
    /// Rows that were calibrated. Above a million the diagnosis is of some of them.
    let rows: Int
    /// Before and after, of each covariate, [covariate].
    let before: [Diagnosis]
    let after: [Diagnosis]
    let outside: Int
    /// The first covariate and the score; empty without covariates.
    let points: [(x: Double, y: Double)]
    /// Pairs of responses to one prompt whose order changed, and all such pairs.
    let changed: Int
    let pairs: Int
    /// What the best of n has of the first covariate; nil where prompts have one response.
    let selection: SelectionAudit?
    /// What the calibration knew of these responses' labels; nil where they have none.
    var labels: LabelUse?
    /// Whether the labels were there, and not used as was asked.
    var ignoredLabels = false
  }

  package let parts: [Part]
  /// The source's rows with the new columns; nil for a run in a store, and where they were written
  /// already.
  package let rows: Data?
  /// What was guessed of the rows, in a sentence.
  var note: String?
  /// Whether the groups of `--by` need curves of their own; nil without groups.
  var difference: GroupDifference?
  /// Bad rows that were left out; nil where they were to be refused.
  let skipped: SkippedRows?

  /// Whether there are labels to evaluate by, used or not.
  package var hasLabels: Bool { parts.contains { $0.labels != nil } }

  package var json: JSONValue {
    var object: JSONObject = ["parts": .array(parts.map(\.json))]
    object["skipped_rows"] = skipped?.json
    object["difference"] = difference?.json
    if let note { object["notes"] = [.string(note)] }
    return .object(object)
  }
}

extension CalibrateOutcome.Part {
  /// `before` and `after` are those of the first covariate; with several, `covariates` has all.
  fileprivate var json: JSONValue {
    var object: JSONObject = [
      "name": name.map { .string($0) } ?? .null, "rows": .int(rows),
      "method": .string(calibration.method),
      "parameters": .object(calibration.parameters), "gamma": .double(calibration.gamma),
      "findings": .object(calibration.findings),
      "before": before.first?.json ?? .null, "after": after.first?.json ?? .null,
      "outside_range": .int(outside), "pairs": .int(pairs), "pairs_changed": .int(changed),
      "share_of_pairs_changed": pairs > 0 ? .double(Double(changed) / Double(pairs)) : .null,
    ]
    object["selection"] = selection?.json
    object["labels"] = labels.map { .string($0.rawValue) }
    if before.count > 1 {
      object["covariates"] = .array(
        zip(before, after).map { ["before": $0.json, "after": $1.json] })
    }
    return .object(object)
  }
}

extension Pipeline {
  /// - Throws: also `TareError.usage` where one calibration cannot serve several reward models.
  package func calibrate(_ request: CalibrateRequest) throws(TareError) -> CalibrateOutcome {
    try checkWritable(request.save)
    try checkWritable(request.output)
    let saved = try request.apply.map { (path) throws(TareError) in
      try SavedCalibrations.read(path)
    }
    let names = try request.covariateNames(saved?.first)
    var request = request
    try saved?.group(&request.source)
    // Labels that do not count need be none.
    if request.settings.ignoresLabels { request.source.label = "none" }
    if let outcome = try calibrateStream(&request, saved?.single, names) { return outcome }
    var source = try request.source.read(covariates: names)
    if let outcome = try calibrateCopy(&source, request, saved?.single) { return outcome }
    if request.save != nil, source.parts.count > 1, request.source.by == nil {
      throw Self.severalModels(source.parts.count)
    }
    var parts: [CalibrateOutcome.Part] = []
    var columns: [(table: DataTable, columns: [TableColumn])] = []
    var tables: [(name: String, table: CalibrationTable)] = []
    for part in source.parts {
      do throws(TareError) {
        let labelled = try request.table(of: part, source.covariates)
        let table = request.labelled(labelled)
        let calibration: Calibration
        if let saved {
          calibration = try saved.calibration(of: part.name)
          warn(ofApplied: calibration, to: source.covariates, table)
        } else {
          if let name = part.name { tables.append((name, table)) }
          calibration = try request.settings.fit(table, date: Self.now)
        }
        let scores = try calibration.apply(to: table)
        parts.append(
          try CalibrateOutcome.Part(
            part.name, table, calibration, scores.calibrated, rows: table.count,
            outside: scores.outside, labelled: labelled,
            ignoresLabels: request.settings.ignoresLabels))
        switch part.origin {
        case .table(let table):
          let added =
            table.columns("calibrated", scores.calibrated) + table.columns("bias", scores.bias)
          columns.append((table.table, added))
        case .run(let run, let items):
          try source.store?.save(calibration, scores, of: run, items: items)
        }
      } catch {
        guard let name = part.name else { throw error }
        throw error.inside(name)
      }
    }
    if let path = request.save { try save(parts, by: request.source.by, to: path) }
    let rows = try source.table.map { (table) throws(TareError) in
      try table.data(
        adding: table.joined(columns), for: request.output, format: request.outputFormat)
    }
    if let rows, let path = request.output { try write(rows, to: path) }
    return CalibrateOutcome(
      parts: parts, rows: rows, note: source.parts.compactMap(\.groupingNote).first,
      difference: request.source.by.flatMap { GroupDifference($0, tables) },
      skipped: request.source.badRows.leavesOut ? source.skipped : nil)
  }

  /// Saves the only calibration, or with a column one for each of its values.
  private func save(
    _ parts: [CalibrateOutcome.Part], by column: String?, to path: String
  ) throws(TareError) {
    var groups: [(value: String, calibration: Calibration)] = []
    for part in parts {
      warn(ofSaved: part.calibration)
      groups.append((part.name ?? "", part.calibration))
    }
    guard let first = groups.first else { return }
    let isGrouped = column != nil && parts.allSatisfy { $0.name != nil }
    let saved: SavedCalibrations =
      if isGrouped, let column { .groups(column: column, groups) } else { .one(first.calibration) }
    try write(Data((saved.json.text(indent: 2) + "\n").utf8), to: path)
  }

  static func severalModels(_ count: Int) -> TareError {
    .usage(
      "--save writes one calibration, but there are \(count) reward models: choose one with "
        + "--where COLUMN=VALUE, or save one for each with --by COLUMN")
  }

  /// UTC, ISO 8601.
  static var now: String { Date.now.formatted(.iso8601) }
}

extension CalibrateRequest {
  /// The covariates that the user named, or the saved calibration's, or the method's usual one.
  func covariateNames(_ saved: Calibration?) throws(TareError) -> [String] {
    guard let saved else {
      return covariates.isEmpty ? try settings.usualCovariates() : covariates
    }
    if let given = settings.given {
      throw .usage(
        "--apply uses a saved calibration unchanged and cannot be combined with \(given)")
    }
    return covariates.isEmpty ? saved.covariates.map(\.name) : covariates
  }

  /// A group that the user names tells alone which rows answer the same prompt; otherwise prompts of
  /// different subsets are different prompts, since RewardBench's ids repeat.
  func table(
    of part: ScorePart, _ covariates: [Covariate]
  ) throws(TareError) -> CalibrationTable {
    try CalibrationTable(
      part.responses, covariates: covariates,
      prompts: source.group.map { _ in PromptGroups(part.responses.map(\.promptID)) })
  }

  /// The table, without its labels if they are to be ignored.
  func labelled(_ table: CalibrationTable) -> CalibrationTable {
    settings.ignoresLabels ? table.withoutLabels : table
  }
}

extension Calibration {
  /// Reads a saved calibration.
  static func read(_ path: String) throws(TareError) -> Calibration {
    let file = try InputFile(path)
    do throws(TareError) {
      let json = try JSONValue(parsing: file.data)
      if let column = json["by"]?.string, json["groups"] != nil {
        throw TareError.badData(
          place: "groups", found: "a calibration for each value of column \(column)",
          accepted: "one calibration (`tare calibrate` applies those of several values)")
      }
      return try Calibration(json: json)
    } catch {
      throw error.inside(file.name)
    }
  }
}

extension Store {
  fileprivate func save(
    _ calibration: Calibration, _ scores: CalibratedScores, of run: Run, items: [Int64]
  ) throws(TareError) {
    let rows = items.indices.map {
      CalibratedScore(item: items[$0], value: scores.calibrated[$0], bias: scores.bias[$0])
    }
    _ = try saveCalibration(
      calibration.json, method: calibration.method, scores: rows, of: run)
  }
}

extension CalibrateOutcome.Part {
  /// Rows that are diagnosed at most: the numbers of a million have three digits, and memory and
  /// time stay what they are.
  static let mostDiagnosed = 1_000_000

  /// - Parameters:
  ///   - rows: how many were calibrated, where the table holds only some of them.
  ///   - outside: how many of them lie outside the calibration's range.
  ///   - labelled: the table with its labels, used or not.
  ///   - ignoresLabels: whether the user asked to do as if there were none; they may not have been read.
  init(
    _ name: String?, _ whole: CalibrationTable, _ calibration: Calibration,
    _ wholeScores: [Double], rows: Int, outside: Int, labelled: CalibrationTable,
    ignoresLabels: Bool
  ) throws(TareError) {
    // A sample, and what is resampled, depend on the rows and not on their order.
    var (table, order) = whole.canonical()
    if let sample = table.sample(atMost: Self.mostDiagnosed) {
      table = sample.table
      order = order?.taking(sample.rows) ?? sample.rows
    }
    let scores = order.map { wholeScores.taking($0) } ?? wholeScores
    let calibrated = try table.scored(scores)
    self.name = name
    self.rows = rows
    self.calibration = calibration
    let covariates = table.covariates.count
    let diagnoses = ParallelParts.map(threads: 2, count: 2 * covariates) { [table] index in
      Diagnosis(
        of: index < covariates ? table : calibrated, covariate: index % covariates, thorough: true)
    }
    before = Array(diagnoses[..<covariates])
    after = Array(diagnoses[covariates...])
    self.outside = outside
    points = zip(table.columns.first ?? [], table.scores).map { ($0, $1) }
    let prompts = table.prompts ?? PromptGroups(table.scores.indices.map(String.init))
    let moved = PairOrder(within: prompts, table.scores, scores)
    (changed, pairs) = (moved.discordant, moved.count)
    selection =
      table.covariates.isEmpty
      ? nil : SelectionAudit(table, calibrated: scores, only: SelectionAudit.few(of: table))
    ignoredLabels = ignoresLabels
    if ignoresLabels { labels = .unused }
    guard labelled.labels != nil, !ignoresLabels else { return }
    labels = calibration.labelUse(on: whole)
  }
}
