/// What a report tells of: runs with their numbers, curves and origins. Values in, a page out.
package import TareEvaluation
package import TareInspection

package struct Report: Sendable {
  package var title: String
  /// As it shall be printed.
  package var date: String
  package var runs: [Run]
  /// The order of several runs of one benchmark.
  package var leaderboard: Leaderboard?
  /// Runs of the same prompts, two by two.
  package var duels: [Duel]
  /// What `tare inspect` found inside of models; empty where it was not asked.
  package var routing: [RoutingInspection]
  package var attention: [AttentionInspection]
  /// What `tare audit` found of calibrations, and `tare probe` of edits; empty where it was not asked.
  package var audits: [ReportedFindings] = []
  package var probes: [ReportedFindings] = []
  /// Audits of typed questions, and how well their probabilities hold.
  package var questions: [TypedQuestions] = []
  /// What holds for the report as a whole: versions, commands, data.
  package var provenance: [Fact]

  package init(
    title: String, date: String, runs: [Run], leaderboard: Leaderboard? = nil, duels: [Duel] = [],
    routing: [RoutingInspection] = [], attention: [AttentionInspection] = [],
    provenance: [Fact] = []
  ) {
    self.title = title
    self.date = date
    self.runs = runs
    self.leaderboard = leaderboard
    self.duels = duels
    self.routing = routing
    self.attention = attention
    self.provenance = provenance
  }

  /// One reward model on one data set. Whatever is not known is left empty, and the report says so.
  package struct Run: Sendable {
    package var name: String
    package var raw: Evaluation?
    package var calibrated: Evaluation?
    /// Of raw (a) with calibrated (b).
    package var comparison: Comparison?
    /// Why there is no accuracy, where something tells.
    package var unevaluated: String?
    /// How the calibrated scores came to be, or why there are none.
    package var calibration: CalibrationStory?
    package var responses: Responses = []
    /// Score against length before and after calibration.
    package var before: LengthCurve?
    package var after: LengthCurve?
    /// The curve that calibration takes off, at the level of the scores, length ascending.
    package var removed: [PlotPoint] = []
    package var advice: Advice?
    package var margins = Margins(raw: [])
    package var changes: Changes?
    package var bestOfN: BestOfNCurves?
    package var provenance: [Fact] = []

    package init(
      name: String, raw: Evaluation? = nil, calibrated: Evaluation? = nil,
      comparison: Comparison? = nil
    ) {
      self.name = name
      self.raw = raw
      self.calibrated = calibrated
      self.comparison = comparison
    }
  }

  /// Two runs on the same prompts.
  package struct Duel: Sendable {
    package let first: String
    package let second: String
    /// Of the first (a) with the second (b).
    package let comparison: Comparison

    package init(first: String, second: String, comparison: Comparison) {
      self.first = first
      self.second = second
      self.comparison = comparison
    }
  }

  /// A response as the plots show it.
  package struct Response: Sendable, Hashable {
    package var length: Double
    package var score: Double
    package var calibrated: Double?

    package init(length: Double, score: Double, calibrated: Double? = nil) {
      self.length = length
      self.score = score
      self.calibrated = calibrated
    }
  }

  /// A name and a value of the provenance.
  package struct Fact: Sendable, Hashable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }
}
