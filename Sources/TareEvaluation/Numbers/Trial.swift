/// What a benchmark's numbers are made of: trials, in prompts.

/// One thing that a reward model gets right or wrong.
package struct Trial: Sendable, Hashable {
  /// Which of the benchmark's quantities it counts for.
  package var column: Int
  /// From 0 (wrong) to 1 (right); other quantities of a benchmark may lie elsewhere.
  package var value: Double
  /// How much it counts in the mean; 0 where it has no value.
  package var weight: Double
  /// Whether scores that should differ are equal.
  package var isTie: Bool
  /// Where among the prompt's responses it stands, by which two models' trials are matched: of a
  /// pair the positions of the chosen and the rejected response.
  package var place: [Int]
  /// How far the right response scores above the wrong one, where it is about two.
  package var margin: Double?

  package init(
    _ value: Double, column: Int = 0, weight: Double = 1, isTie: Bool = false,
    place: [Int] = [], margin: Double? = nil
  ) {
    self.weight = weight
    self.column = column
    self.value = value
    self.isTie = isTie
    self.place = place
    self.margin = margin
  }
}

/// A prompt with its trials: what is resampled as a whole.
package struct TriedPrompt: Sendable, Hashable {
  package var id: String
  package var section: String?
  package var subset: String?
  /// Prompts of one kind are resampled among themselves; nil where a subset has but one kind.
  package var kind: String?
  package var trials: [Trial]

  package init(
    id: String, section: String? = nil, subset: String? = nil, kind: String? = nil, trials: [Trial]
  ) {
    self.id = id
    self.section = section
    self.subset = subset
    self.kind = kind
    self.trials = trials
  }
}
