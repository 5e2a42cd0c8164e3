/// What calibration decides differently, with examples.

package struct Changes: Sendable, Hashable {
  /// A trial that is right with one score and wrong with the other.
  package struct Example: Sendable, Hashable {
    package struct Text: Sendable, Hashable {
      /// "better", "worse", or which response it is.
      package var name: String
      package var text: String
      package var length: Double?
      package var raw: Double?
      package var calibrated: Double?

      package init(
        name: String, text: String, length: Double? = nil, raw: Double? = nil,
        calibrated: Double? = nil
      ) {
        self.name = name
        self.text = text
        self.length = length
        self.raw = raw
        self.calibrated = calibrated
      }
    }

    package var id: String
    package var subset: String?
    /// Whether calibration puts it right.
    package var isGained: Bool
    /// What the right response scores above the wrong one; nil where trials are no pairs.
    package var margin: Margin?
    /// Nil where texts are not known.
    package var prompt: String?
    package var responses: [Text]

    package struct Margin: Sendable, Hashable {
      package var raw: Double
      package var calibrated: Double

      package init(raw: Double, calibrated: Double) {
        self.raw = raw
        self.calibrated = calibrated
      }
    }

    package init(
      id: String, subset: String? = nil, isGained: Bool, margin: Margin? = nil,
      prompt: String? = nil, responses: [Text] = []
    ) {
      self.id = id
      self.subset = subset
      self.isGained = isGained
      self.margin = margin
      self.prompt = prompt
      self.responses = responses
    }
  }

  package var gained: Int
  package var lost: Int
  /// Those first of which both scores are surest.
  package var examples: [Example]

  package init(gained: Int, lost: Int, examples: [Example]) {
    self.gained = gained
    self.lost = lost
    self.examples = examples
  }
}
