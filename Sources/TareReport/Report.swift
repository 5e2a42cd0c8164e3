/// What a report tells of: runs with their numbers, curves and origins. Values in, a page out.
package import TareEvaluation

package struct Report: Sendable {
  package var title: String
  /// As it shall be printed.
  package var date: String
  package var runs: [Run]
  /// What holds for the report as a whole: versions, commands, data.
  package var provenance: [Fact]

  package init(title: String, date: String, runs: [Run], provenance: [Fact] = []) {
    self.title = title
    self.date = date
    self.runs = runs
    self.provenance = provenance
  }

  /// One reward model on one data set. Whatever is not known is left empty, and the report says so.
  package struct Run: Sendable {
    package var name: String
    package var raw: Evaluation?
    package var calibrated: Evaluation?
    /// Of raw (a) with calibrated (b).
    package var comparison: Comparison?
    package var responses: [Response]
    /// The fitted bias at its knots: length and score, length ascending.
    package var fit: [PlotPoint]
    /// The same fit of the calibrated scores.
    package var fitAfter: [PlotPoint]
    package var provenance: [Fact]

    package init(
      name: String, raw: Evaluation? = nil, calibrated: Evaluation? = nil,
      comparison: Comparison? = nil, responses: [Response] = [], fit: [PlotPoint] = [],
      fitAfter: [PlotPoint] = [], provenance: [Fact] = []
    ) {
      self.name = name
      self.raw = raw
      self.calibrated = calibrated
      self.comparison = comparison
      self.responses = responses
      self.fit = fit
      self.fitAfter = fitAfter
      self.provenance = provenance
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
