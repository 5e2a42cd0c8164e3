/// The tokens that the model read.

package enum Tokens: TextCovariate {
  package static let key = "tokens"
  package static let id = "tokens.model/1"
  package static let summary = "tokens of prompt and response, including the chat template's"
  package static let definition =
    "tokens of the prompt and the response that were run through the reward model, its chat "
    + "template's included"
  package static let source = TextCovariateSource.tokens

  package static func value(prompt: [Message], response: String, tokens: Int?) -> Double? {
    tokens.map(Double.init)
  }
}
