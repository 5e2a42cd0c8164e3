/// What a judge has done: scores, answers without a verdict, its noise and its preference for a place.
package import TareCore
internal import TareRemote
internal import TareStore

package struct JudgeOutcome: Sendable {
  let work: JudgeWork
  /// All answers that the run needs.
  package let total: Int
  /// Store and run, where there is one.
  package let destination: String?
  package private(set) var responses = 0
  /// Responses without a score.
  package private(set) var unscored = 0
  /// Answers with a verdict.
  package private(set) var verdicts = 0
  private(set) var silences: [JudgeSilence: Int] = [:]
  private(set) var sources: [JudgeReading.Source: Int] = [:]
  private(set) var ambiguous = 0
  private var masses = 0.0
  private(set) var lowMasses = 0
  private(set) var statistics = JudgeStatistics()
  /// By response in input order, what goes beside its score.
  private var columns: [JSONObject] = []

  /// The labels' share of the probability below which most of what the model would say is no verdict.
  static let lowMass = 0.5

  init(_ work: JudgeWork, total: Int, destination: String?) {
    self.work = work
    self.total = total
    self.destination = destination
  }

  mutating func add(_ row: JudgedRow) {
    statistics.add(row, form: work.asker.template.form)
    responses += row.responses.count
    unscored += row.responses.count { $0.score == nil }
    for response in row.responses { columns.append(response.columns) }
    for answer in row.questions.flatMap(\.answers) {
      switch answer {
      case .failure(let failure): silences[failure.silence, default: 0] += 1
      case .success(let reading):
        verdicts += 1
        sources[reading.source, default: 0] += 1
        if reading.isAmbiguous { ambiguous += 1 }
        masses += reading.mass ?? 0
        if let mass = reading.mass, mass < Self.lowMass { lowMasses += 1 }
      }
    }
  }

  /// Mean share of the labels in all probability; nil without log-probabilities.
  var mass: Double? {
    let count = sources[.logProbabilities] ?? 0
    return count > 0 ? masses / Double(count) : nil
  }

  /// Answers that were given and have no verdict.
  var unparsed: Int {
    silences.reduce(0) { $0 + ($1.key == .notAsked ? 0 : $1.value) }
  }

  /// Why the work is not complete; nil where it is.
  package var stopped: String? { work.stopped }

  /// Hands over a line for each response, in input order; the score of one without a verdict is null.
  package func forEachRow(
    _ body: (JSONObject) throws(TareError) -> Void
  ) throws(TareError) {
    var next = 0
    try work.store.forEachExportRow(of: work.run) { (row) throws(TareError) in
      var row = row
      // Nobody has counted them.
      for key in ["tokens", "truncated", "read_at"] { row[key] = nil }
      if next < columns.count {
        for (key, value) in columns[next].members { row[key] = value }
      }
      next += 1
      try body(row)
    }
  }
}
