/// What a score is compared with: the length of the response, or another number that describes it.

/// A covariate's name and how it is computed, so that a saved calibration is not applied to
/// another one.
package struct Covariate: Hashable, Sendable {
  /// The column's name, as typed after `--covariate`.
  package let name: String
  /// How it is computed, in words.
  package let definition: String

  package init(name: String, definition: String) {
    self.name = name
    self.definition = definition
  }

  package static let length = computed(Length.self)

  /// The covariate of this name: a known one, or the column of the input that is called so.
  package static func named(_ name: String) -> Covariate {
    name == length.name ? length : column(name)
  }

  /// A covariate that is computed from text.
  package static func computed(_ kind: any TextCovariate.Type) -> Covariate {
    Covariate(name: kind.key, definition: kind.definition)
  }

  /// A column of the input.
  package static func column(_ name: String) -> Covariate {
    Covariate(name: name, definition: "column '\(name)' of the input")
  }
}
