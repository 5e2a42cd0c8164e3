/// `tare calibrate`: finds the bias in scores, or takes a saved one, and takes it off.
package import Foundation
internal import TareCalibration
package import TareCore
internal import TareReport
internal import TareStore

package struct CalibrateRequest: Sendable {
  package var source: ScoreSource
  /// A key of the calibration methods.
  package var method = "lowess"
  /// The covariate; nil for "length".
  package var covariate: String?
  package var frac: Double?
  package var it: Int?
  package var delta: Double?
  /// Score per unit of the covariate, for `penalty`.
  package var coefficient: Double?
  /// A saved calibration that is applied instead of fitting one.
  package var apply: String?
  /// Where the calibration is saved.
  package var save: String?
  /// Where the rows go with `calibrated` and `bias` added.
  package var output: String?

  package init(source: ScoreSource) { self.source = source }
}

/// What `calibrate` found and did, for each reward model in the source.
package struct CalibrateOutcome: Sendable {
  package struct Part: Sendable {
    package let name: String?
    let calibration: Calibration
    let before: Diagnosis
    let after: Diagnosis
    let outside: Int
    let points: [(x: Double, y: Double)]
    /// Pairs of responses to one prompt whose order changed, and all such pairs.
    let changed: Int
    let pairs: Int
  }

  package let parts: [Part]
  /// The source's rows with the new columns; nil for a run in a store.
  package let rows: Data?

  package var json: JSONValue {
    [
      "parts": .array(
        parts.map { part in
          [
            "name": part.name.map { .string($0) } ?? .null,
            "method": .string(part.calibration.method),
            "parameters": .object(part.calibration.parameters), "before": part.before.json,
            "after": part.after.json, "outside_range": .int(part.outside),
            "pairs": .int(part.pairs), "pairs_changed": .int(part.changed),
          ]
        })
    ]
  }
}

extension Pipeline {
  /// - Throws: also `TareError.usage` where one calibration cannot serve several reward models.
  package func calibrate(_ request: CalibrateRequest) throws(TareError) -> CalibrateOutcome {
    try checkWritable(request.save)
    try checkWritable(request.output)
    let saved = try request.apply.map { (path) throws(TareError) in
      try Calibration.read(path)
    }
    let covariate = request.covariate.map(Covariate.named) ?? saved?.covariate ?? .length
    let source = try request.source.read(covariates: [covariate.name])
    if request.save != nil, source.parts.count > 1 {
      throw .usage(
        "--save keeps one calibration, but there are \(source.parts.count) reward models; choose "
          + "one with --where COLUMN=VALUE")
    }
    var parts: [CalibrateOutcome.Part] = []
    var columns: [(table: DataTable, columns: [TableColumn])] = []
    for part in source.parts {
      do throws(TareError) {
        let table = try request.table(of: part, covariate)
        let calibration: Calibration
        if let saved {
          calibration = saved
        } else {
          calibration = try request.calibrator().fit(table, date: Self.now)
        }
        let scores = try calibration.apply(to: table)
        parts.append(try CalibrateOutcome.Part(part, table, calibration, scores))
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
    if let path = request.save, let calibration = parts.first?.calibration {
      try write(Data((calibration.json.text(indent: 2) + "\n").utf8), to: path)
    }
    let rows = source.table.map { $0.data(adding: $0.joined(columns)) }
    if let rows, let path = request.output { try write(rows, to: path) }
    return CalibrateOutcome(parts: parts, rows: rows)
  }

  /// UTC, ISO 8601.
  private static var now: String { Date.now.formatted(.iso8601) }
}

extension CalibrateRequest {
  /// A group that the user names tells alone which rows answer the same prompt; otherwise prompts of
  /// different subsets are different prompts, since RewardBench's ids repeat.
  fileprivate func table(
    of part: ScorePart, _ covariate: Covariate
  ) throws(TareError) -> CalibrationTable {
    let table = try CalibrationTable(part.responses, covariate: covariate)
    guard source.group != nil else { return table }
    return try CalibrationTable(
      scores: table.scores, values: table.values, covariate: covariate,
      prompts: PromptGroups(part.responses.map(\.promptID)), labels: table.labels)
  }

  fileprivate func calibrator() throws(TareError) -> any Calibrator {
    try Calibrators.calibrator(
      method,
      CalibratorOptions(frac: frac, it: it, delta: delta, coefficient: coefficient))
  }
}

extension Calibration {
  /// Reads a saved calibration.
  static func read(_ path: String) throws(TareError) -> Calibration {
    let file = try InputFile(path)
    do throws(TareError) {
      return try Calibration(json: JSONValue(parsing: file.data))
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
  fileprivate init(
    _ part: ScorePart, _ table: CalibrationTable, _ calibration: Calibration,
    _ scores: CalibratedScores
  ) throws(TareError) {
    let calibrated = try CalibrationTable(
      scores: scores.calibrated, values: table.values, covariate: table.covariate,
      prompts: table.prompts, labels: table.labels)
    name = part.name
    self.calibration = calibration
    before = Diagnosis(of: table)
    after = Diagnosis(of: calibrated)
    outside = scores.outside
    points = zip(table.values, table.scores).map { ($0, $1) }
    let prompts = table.prompts ?? PromptGroups(table.scores.indices.map(String.init))
    let order = PairOrder(within: prompts, table.scores, scores.calibrated)
    (changed, pairs) = (order.discordant, order.count)
  }
}
