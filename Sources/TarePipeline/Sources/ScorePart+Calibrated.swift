/// The calibrated scores that stand beside a source's own.
internal import TareCore
internal import TareFormats
internal import TareStore

extension ScorePart {
  /// The column that calibrated scores stand in.
  static let calibratedColumn = "calibrated"

  /// A file's column `calibrated`, or the run's newest calibration, [row]; nil where there is none, and
  /// where the column was named as the scores.
  func calibratedScores(in store: Store?) throws(TareError) -> [Double]? {
    switch origin {
    case .table(let table):
      guard score != Self.calibratedColumn else { return nil }
      return try table.scores(named: Self.calibratedColumn)
    case .run(let run, let items):
      guard let newest = try store?.calibrations(of: run).last,
        let scores = try store?.calibratedScores(of: newest)
      else {
        guard let file = try store?.source(of: run) else { return nil }
        var columns = ScoreColumns()
        // What the labels say is of no account here.
        columns.label = "none"
        return try ScoreTable(try file.table(), columns: columns)
          .scores(named: Self.calibratedColumn)
      }
      let values = items.compactMap { scores[$0]?.value }
      // Rows that were added after the calibration have no calibrated score: it is out of date.
      return values.count == items.count ? values : nil
    }
  }

  /// What calibrated scores are called, for people.
  var calibratedName: String {
    switch origin {
    case .table: "the column '\(Self.calibratedColumn)'"
    case .run(let run, _): "the newest calibration of run '\(run.name)'"
    }
  }
}
