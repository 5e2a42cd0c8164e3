/// The length of the prompt.

package enum PromptLength: TextCovariate {
  package static let key = "prompt_length"
  package static let id = "prompt-length.scalars/1"
  package static let summary = "characters of the prompt's messages"
  package static let definition =
    "Unicode scalars of the contents of the prompt's messages, the system's included"
  package static let source = TextCovariateSource.prompt

  package static func value(prompt: [Message], response: String, tokens: Int?) -> Double? {
    Double(prompt.reduce(0) { $0 + $1.content.utf8Span.span.scalars })
  }
}
