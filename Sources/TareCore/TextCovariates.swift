/// The covariates that are computed from a prompt, a response and the tokens a model read.

package enum TextCovariates {
  package static let registry = Registry<any TextCovariate.Type>(
    "text covariate",
    [
      Length.self,
      Characters.self,
      Tokens.self,
      Words.self,
      Lines.self,
      Headers.self,
      ListItems.self,
      Bold.self,
      CodeBlocks.self,
      Links.self,
      Digits.self,
      Markdown.self,
      PromptLength.self,
      Hedges.self,
      Certainty.self,
      Agreement.self,
      Apologies.self,
      Refusals.self,
      Questions.self,
      Emoji.self,
      FirstPerson.self,
      TypeTokenRatio.self,
      Readability.self,
    ]
  ) { $0 }

  /// - Returns: nil where no text covariate has this name: then it can only be a column.
  package static func named(_ name: String) -> (any TextCovariate.Type)? {
    registry.entries.first { $0.key == name }
  }

  /// - Returns: nil where no text covariate of this program has this identity.
  package static func identified(_ id: String) -> (any TextCovariate.Type)? {
    registry.entries.first { $0.id == id }
  }

  /// What a prompt with its response has of a covariate.
  ///
  /// - Parameter tokens: prompt and response as the model read them; nil where that is not known.
  /// - Returns: nil for a key that is none of the registry's, and for tokens that are not known.
  package static func value(
    of key: String, prompt: [Message], response: String, tokens: Int?
  ) -> Double? {
    named(key)?.value(prompt: prompt, response: response, tokens: tokens)
  }
}

/// A number that a conversation has before any model is asked.
package protocol TextCovariate: Registered {
  /// What a saved calibration knows it by: a name of what is counted and, after a slash, the version of the
  /// count. A change of what is counted is another version; a change of the words about it is not.
  static var id: String { get }
  /// How it is computed, to the last case, for people.
  static var definition: String { get }
  static var source: TextCovariateSource { get }
  /// - Returns: nil only without what `source` says.
  static func value(prompt: [Message], response: String, tokens: Int?) -> Double?
}

/// What a text covariate is computed from.
package enum TextCovariateSource: Sendable {
  case response, prompt, tokens
}

/// A covariate that counts something in the response's UTF-8, in time linear in its length.
package protocol ResponseCovariate: TextCovariate {
  static func count(in response: Span<UInt8>) -> Int
}

extension ResponseCovariate {
  package static var source: TextCovariateSource { .response }

  package static func value(prompt: [Message], response: String, tokens: Int?) -> Double? {
    Double(count(in: response.utf8Span.span))
  }
}
