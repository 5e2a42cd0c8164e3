/// A reward model's judgement of one response, and the table row that later stages work on.

/// What the engine says of one conversation.
package struct Score: Hashable, Sendable {
  /// The reward. Never NaN or infinite: that is an error where it arises.
  package var value: Float
  /// The standard deviation of the reward by the head's own uncertainty; nil where it does not know it.
  package var deviation: Float?
  /// Tokens that were run through the model.
  package var tokens: Int
  /// Unicode scalars of the response (Python's `len`).
  package var length: Int
  /// Position of the token whose hidden state was read, from 0.
  package var readAt: Int
  /// Whether the text was cut to fit.
  package var truncated: Bool
  /// The scores of the steps, for process reward models; empty for others.
  package var steps: [StepScore]
  /// All that the head says at each position that is read, [positions][outputs], raw; empty for a head
  /// of one output. Not kept by the store.
  package var outputs: [[Float]] = []
  /// Tokens that were known from texts before.
  package var cached = CachedTokens()

  package init(
    value: Float, tokens: Int, length: Int, readAt: Int, truncated: Bool, steps: [StepScore] = [],
    outputs: [[Float]] = []
  ) {
    self.steps = steps
    self.outputs = outputs
    self.value = value
    self.tokens = tokens
    self.length = length
    self.readAt = readAt
    self.truncated = truncated
  }
}

/// Tokens of a text that needed no computation. They tell of the work and not of the score: scores that
/// differ in them are equal.
package struct CachedTokens: Hashable, Sendable {
  package var tokens = 0

  package init() {}

  package static func == (_: CachedTokens, _: CachedTokens) -> Bool { true }
  package func hash(into hasher: inout Hasher) {}
}

/// What a process reward model says of one step.
package struct StepScore: Hashable, Codable, Sendable {
  /// Position of the step's token, from 0.
  package var position: Int
  /// The probability that the step is right.
  package var value: Float

  package init(position: Int, value: Float) {
    self.position = position
    self.value = value
  }
}

/// One scored response as calibration, evaluation and ranking see it: numbers and names, no text.
package struct ScoredResponse: Sendable, Hashable {
  /// The prompt's id; the responses of one prompt share it.
  package var promptID: String
  /// Position among the prompt's responses, from 0.
  package var index: Int
  package var role: Role
  package var score: Double
  /// Value of each covariate by its name ("length", …), finite.
  package var covariates: CovariateValues
  package var subset: String?
  package var section: String?
  /// How good the response is by another judge, more is better; nil where only the role tells.
  package var label: Double?
  /// The scores of its steps in the order of the text, for process reward models.
  package var steps: [Double] = []
  /// Which of the prompt's pairs it is of, counted from 0, where the input has several; nil for the
  /// first. Chosen and rejected responses of different pairs were not compared.
  package var pair: Int?

  package init(
    promptID: String, index: Int, role: Role, score: Double, covariates: CovariateValues,
    subset: String? = nil, section: String? = nil, label: Double? = nil
  ) {
    self.promptID = promptID
    self.index = index
    self.role = role
    self.score = score
    self.covariates = covariates
    self.subset = subset
    self.section = section
    self.label = label
  }
}
