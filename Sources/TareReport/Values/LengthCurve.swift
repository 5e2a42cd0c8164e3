/// How a run's scores go with length: a curve with its band, and rank correlations with intervals.

package struct LengthCurve: Sendable, Hashable {
  package struct Place: Sendable, Hashable {
    package var length: Double
    package var score: Double
    /// 95%, of the curve and not of single scores; nil where it is not known.
    package var interval: ClosedRange<Double>?

    package init(length: Double, score: Double, interval: ClosedRange<Double>? = nil) {
      self.length = length
      self.score = score
      self.interval = interval
    }
  }

  /// A rank correlation of score and length.
  package struct Correlation: Sendable, Hashable {
    package var value: Double
    /// 95%, from a bootstrap over prompts.
    package var interval: ClosedRange<Double>?

    package init(_ value: Double, _ interval: ClosedRange<Double>? = nil) {
      self.value = value
      self.interval = interval
    }
  }

  /// Length ascending.
  package var places: [Place]
  /// Over all responses; nil where score or length is constant.
  package var pooled: Correlation?
  /// Among the responses to one prompt; nil where nothing varies there.
  package var withinPrompt: Correlation?

  package init(
    places: [Place], pooled: Correlation? = nil, withinPrompt: Correlation? = nil
  ) {
    self.places = places
    self.pooled = pooled
    self.withinPrompt = withinPrompt
  }
}
