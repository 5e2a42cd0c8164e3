/// What a score is compared with: the length of the response, or another number that describes it.

/// A covariate's name, and what it is, so that a saved calibration is not applied to another one.
package struct Covariate: Sendable {
  /// The column's name, as typed after `--covariate`.
  package let name: String
  /// What tells it from any other, the same in every version of the program: "length.scalars/1" of a text,
  /// "column/NAME" of a column.
  package let id: String
  /// How it is computed, in words, for people.
  package let definition: String

  package init(name: String, id: String, definition: String) {
    self.name = name
    self.id = id
    self.definition = definition
  }

  package static let length = computed(Length.self)

  /// A column of the input that is called as the length of the response is, and taken for it: nothing
  /// says whether whoever wrote it counted Unicode scalars, words or tokens.
  package static let lengthInColumn = Covariate(
    name: length.name, id: length.id,
    definition: "column 'length' of the input, taken for Unicode scalars of the response")

  /// Whether it is a column's that was only taken for the length.
  package var isTakenForLength: Bool {
    self == .length && definition == Self.lengthInColumn.definition
  }

  /// The covariate of this name: a known one, or the column of the input that is called so.
  package static func named(_ name: String) -> Covariate {
    name == length.name ? length : column(name)
  }

  /// A covariate that is computed from text.
  package static func computed(_ kind: any TextCovariate.Type) -> Covariate {
    Covariate(name: kind.key, id: kind.id, definition: kind.definition)
  }

  /// A covariate that is computed from prompt and response in one text.
  package static func computedOnWholeTexts(_ kind: any TextCovariate.Type) -> Covariate {
    Covariate(
      name: kind.key, id: "whole-text." + kind.id,
      definition: kind.definition + "; counted on prompt and response together")
  }

  /// A column of the input.
  package static func column(_ name: String) -> Covariate {
    Covariate(name: name, id: "column/\(name)", definition: "column '\(name)' of the input")
  }
}

/// Covariates are equal if they are the same one, whatever is said of them.
extension Covariate: Hashable {
  package static func == (left: Covariate, right: Covariate) -> Bool { left.id == right.id }
  package func hash(into hasher: inout Hasher) { hasher.combine(id) }
}
