/// Where calibration, evaluation and ranking take scores from: a run in a store, or a score file.
internal import Foundation
internal import TareCore
internal import TareFormats
internal import TareStore

/// What a user names: a file with a score table, or a store and a run.
package struct ScoreSource: Sendable {
  package enum Place: Sendable {
    case file(String)
    case run(String, store: String)
  }

  package var place: Place
  /// A key of the file formats; nil to recognise them by content.
  package var format: String?
  /// Other names for the file's columns, as `--columns` has them.
  package var mapping: [String] = []
  /// Column names; nil for the usual ones.
  package var score: String?
  package var group: String?
  package var label: String?
  /// Whether rows may be without a label where others have one.
  package var allowsMissingLabels = false
  package var subset: String?
  /// Column whose values are taken each by itself, as reward models in one file must be; nil finds
  /// `rm`, `reward_model` or `run`.
  package var by: String?
  /// Keeps the rows that have these values.
  package var filters: [String: String] = [:]
  /// What happens to rows of a file that cannot be taken.
  package var policy = RowPolicy()
  /// Whether all of them are left out.
  package var skipsBadRows: Bool {
    get { policy.badRows.skips }
    set { policy.badRows.skips = newValue }
  }
  var badRows: BadRows { policy.badRows }
  /// What a source that can be read but once held, where it was read already.
  var content: InputFile?

  package init(_ place: Place) { self.place = place }

  /// Which columns of a file hold what, as far as the user says so.
  var columns: ScoreColumns {
    var columns = ScoreColumns()
    if let score { columns.score = score }
    columns.group = group
    columns.label = label
    columns.allowsMissingLabels = allowsMissingLabels
    columns.subset = subset
    columns.naming = .init(score: "--score NAME", label: "--label NAME")
    return columns
  }

  /// Holds what standard input or another pipe has, if that is the source: it can be read but once.
  mutating func readPipe() throws(TareError) {
    if case .file(let path) = place, content == nil, ByteStream.isReadOnce(path) {
      content = try InputFile(path)
    }
  }
}

/// The scores of one run or one reward model.
struct ScorePart {
  /// The run, or the value of the column that tells parts apart; nil for a whole file.
  let name: String?
  let responses: ScoredResponses
  let origin: Origin
  /// The column that the scores are from, where it was named.
  var score: String?

  enum Origin {
    case table(ScoreTable)
    case run(Run, items: [Int64])
  }
}

/// A source that was read.
struct ScoreParts {
  var parts: [ScorePart]
  /// Those that were asked for, in that order, each a column or counted on the texts.
  let covariates: [Covariate]
  /// The whole file, for writing it again.
  var table: DataTable?
  let store: Store?
  /// Bad rows that were left out.
  var skipped = SkippedRows()
  /// The prompts of those rows, and how many rows do not say whose they were.
  var lost: (prompts: Set<PromptKey>, unknown: Int) = ([], 0)
}

extension ScoreSource {
  /// - Parameter covariates: names of columns, or of text covariates where there is no such column
  ///   but the text.
  /// - Throws: `TareError.badData` that names file, row and column, and for a covariate that there is
  ///   not, those that there are.
  ///
  /// `optional` ones are taken where they can be had.
  func read(
    covariates: [String], optional: [String] = []
  ) throws(TareError) -> ScoreParts {
    switch place {
    case .run(let name, let path):
      let store = try existingStore(path)
      let run = try store.run(named: name)
      let all = try? store.scores(of: run, covariates: covariates + optional, label: label)
      let scores: RunScores
      if let all {
        scores = all
      } else {
        scores = try store.scores(of: run, covariates: covariates, label: label)
      }
      let part = ScorePart(
        name: run.name, responses: scores.responses, origin: .run(run, items: scores.items))
      return ScoreParts(parts: [part], covariates: scores.covariates, table: nil, store: store)
    case .file(let path):
      let file: InputFile
      if let content { file = content } else { file = try InputFile(path) }
      var table = try readTable(
        file.bytes, name: file.name, format: format, skipsBadRows: badRows.skips,
        dropsMissing: badRows.dropsMissing, columns: try ColumnMapping(command: mapping))
      badRows.tell(table.notes, of: file.name)
      var skipped = table.skipped
      if !filters.isEmpty { table = try table.matching(filters) }
      var columns = self.columns
      columns.covariates = covariates
      var lost: (prompts: Set<PromptKey>, unknown: Int) = ([], skipped.count)
      if badRows.leavesOut {
        let all = table
        table = try ScoreTable.goodRows(
          of: all, columns: columns, badRows, counting: &skipped)
        let found = ScoreTable.promptsLeftOut(of: all, keeping: table, columns: columns)
        lost = (found.prompts, lost.unknown + found.unknown)
        badRows.note(skipped, of: file.name)
      }
      columns.optionalCovariates = optional
      let column = by == nil ? try severalRuns(table, columns.runs(of: table)) : by
      guard let column else {
        let scores = try ScoreTable(table, columns: columns)
        badRows.tell(scores.notes, of: file.name)
        return ScoreParts(
          parts: [ScorePart(table: scores, name: nil, score: score)], covariates: scores.covariates,
          table: table, store: nil, skipped: skipped, lost: lost)
      }
      columns.runs = columns.runs.filter { $0 == column }
      var parts: [ScorePart] = []
      var found: [Covariate] = []
      for (value, rows) in try table.grouped(by: column) {
        let scores = try ScoreTable(rows, columns: columns)
        badRows.tell(scores.notes, of: file.name)
        // The columns are the same in all parts.
        found = scores.covariates
        parts.append(ScorePart(table: scores, name: value, score: score))
      }
      return ScoreParts(
        parts: parts, covariates: found, table: table, store: nil, skipped: skipped, lost: lost)
    }
  }

  /// What errors call a file.
  var fileName: String {
    switch place {
    case .file("-"): "standard input"
    case .file(let path): path
    case .run(let name, _): "run '\(name)'"
    }
  }

  /// The column that holds several reward models, if one does.
  private func severalRuns(
    _ table: DataTable, _ candidates: [String]
  ) throws(TareError) -> String? {
    for column in candidates where table.has(column) {
      let names = NameColumn(try table.names(in: column))
      if names.names.count > (names.isComplete ? 1 : 0) { return column }
    }
    return nil
  }
}

/// Opens a store that must be there: a mistyped name makes no new one. Where nobody can write it can still be
/// read.
func existingStore(_ path: String) throws(TareError) -> Store {
  guard FileManager.default.fileExists(atPath: path) else {
    throw .usage("\(path): no such store")
  }
  return try Store(path: path, access: Store.canWrite(path) ? .readWrite : .readOnly)
}

extension ScorePart {
  /// By what rows were taken as one prompt's, in a sentence, where that was guessed and matters.
  var groupingNote: String? {
    guard case .table(let table) = origin, let note = table.promptRule.note,
      responses.groups.count < table.rowCount
    else { return nil }
    return note
  }

  /// The columns of a file that does not say which responses are better; nil for others.
  var columnsWithoutLabel: String? {
    guard case .table(let table) = origin, !table.hasJudgement else { return nil }
    return table.table.columns.map { "'\($0)'" }.joined(separator: ", ")
  }

  /// The same without the cells of its table, where nothing but the scores is to be had from it.
  var withoutUnusedCells: ScorePart {
    guard case .table(let table) = origin, !table.hasScores(named: Self.calibratedColumn),
      !table.mayHoldTexts
    else { return self }
    return ScorePart(table: table.withoutCells, name: name, score: score)
  }

  init(table: ScoreTable, name: String?, score: String?) {
    self.init(name: name, responses: table.responses, origin: .table(table), score: score)
  }
}
