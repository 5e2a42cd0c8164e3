/// What the routers did with one text: sums that the engine has taken.

package struct TextRouting: Sendable {
  package var prompt: String
  package var subset: String?
  package var section: String?
  package var score: Double?
  /// Of the response, in Unicode scalars.
  package var length: Double
  package var tokens: Int
  package var responseTokens: Int
  /// Tokens whose top-k holds the expert, [layers, experts].
  package var counts: [[Double]]
  /// Sums over tokens of the router's probabilities, [layers, experts].
  package var probabilities: [[Double]]
  /// As `counts`, the response's tokens alone.
  package var responseCounts: [[Double]]

  package init(
    prompt: String, subset: String? = nil, section: String? = nil, score: Double? = nil,
    length: Double, tokens: Int, responseTokens: Int, counts: [[Double]],
    probabilities: [[Double]], responseCounts: [[Double]]
  ) {
    self.prompt = prompt
    self.subset = subset
    self.section = section
    self.score = score
    self.length = length
    self.tokens = tokens
    self.responseTokens = responseTokens
    self.counts = counts
    self.probabilities = probabilities
    self.responseCounts = responseCounts
  }
}
