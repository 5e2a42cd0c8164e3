/// What the routers of one pass did, summed.

package struct RoutingTrace: Sendable {
  /// The layers that have a mixture, in order.
  package let layers: [Int]
  package let experts: Int
  package let chosen: Int
  /// In the order of the pass's sequences.
  package internal(set) var texts: [Text]
  /// For each layer but the last, how often choices here and in the next go together,
  /// [experts · experts]: each of a token's chosen² pairs counts 1/chosen².
  package internal(set) var joint: [[Double]]
  /// [layers]; empty without a recurrent router.
  package internal(set) var recurrent: [Recurrent]
  /// Tokens that ran through all experts, [layers].
  package internal(set) var samples: [[Sample]]

  /// One sequence.
  package struct Text: Sendable {
    package internal(set) var tokens: Int
    package internal(set) var responseTokens: Int
    /// Tokens that have the expert, [layers, experts].
    package internal(set) var counts: [[Double]]
    /// Sums of the router's probabilities, [layers, experts].
    package internal(set) var probabilities: [[Double]]
    /// `counts` of the response's tokens alone.
    package internal(set) var responseCounts: [[Double]]
  }

  /// Sums over tokens for one layer.
  package struct Recurrent: Sendable, Equatable {
    /// ‖h‖ after the step, ‖h − h₋‖ and cos(h, h₋), h₋ the state before it.
    package internal(set) var norm = 0.0
    package internal(set) var change = 0.0
    package internal(set) var cosine = 0.0
    package internal(set) var tokens = 0

    package init() {}

    package static func += (total: inout Recurrent, more: Recurrent) {
      total.norm += more.norm
      total.change += more.change
      total.cosine += more.cosine
      total.tokens += more.tokens
    }
  }

  /// One token in one layer.
  package struct Sample: Sendable {
    /// The router's probabilities, [experts].
    package let scores: [Float]
    /// Norms of the experts' outputs, [experts].
    package let norms: [Float]
    /// Mean over pairs of experts of the cosine of their outputs.
    package let similarity: Double
    /// Mean over the chosen experts of the share of active neurons.
    package let active: Double
  }
}
