/// What the routers of a mixture of experts did with the texts that were scored.

/// The outcome of `tare inspect --routing`; its JSON, by `JSONEncoder` with keys in snake case, is what
/// the command prints and what a report reads.
package struct RoutingInspection: Codable, Sendable, Equatable {
  package var model: String
  /// Texts, their tokens, and the tokens of responses.
  package var texts: Int
  package var tokens: Int
  package var responseTokens: Int
  /// Experts of a layer, and experts of a token.
  package var experts: Int
  package var chosen: Int
  /// Texts of a micro-batch.
  package var microBatch: Int
  /// The layers that have a mixture, in order.
  package var layers: [Layer]
  package var balance: Balance
  /// Empty where the texts have neither subsets nor sections, or all the same.
  package var subsets: [Subset]
  package var distances: [SubsetDistance]
  /// Nil where fewer than two prompts have two or more responses.
  package var prediction: RoutingPrediction?

  /// One layer.
  package struct Layer: Codable, Sendable, Equatable {
    /// Among all layers of the model, from 0.
    package var layer: Int
    /// fᵢ: share of tokens whose top-k holds expert i, [experts]; the sum is k.
    package var share: [Double]
    /// pᵢ: mean probability that the router gives expert i, [experts]; the sum is 1.
    package var probability: [Double]
    /// The load-balancing loss N_E Σ fᵢ pᵢ of this layer.
    package var loss: Losses
    /// Of fᵢ/k, in nats; at most log(experts).
    package var entropy: Double
    /// Standard deviation of fᵢ over their mean.
    package var variation: Double
    /// Experts that no token has.
    package var unused: [Int]
    /// Of the choices here and in the next layer with a mixture; nil in the last.
    package var information: MutualInformation?
    /// Nil without a recurrent router.
    package var recurrent: RecurrentState?
    /// Nil where it was not asked for.
    package var experts: ExpertSimilarity?
    /// Nil where no tokens were run through all experts.
    package var outputs: ExpertOutputs?
  }

  /// One number by the span over which fᵢ and pᵢ are means (arXiv 2501.11873).
  package struct Losses: Codable, Sendable, Equatable {
    /// Means over sequences and over micro-batches, and the loss of the whole input.
    package var sequence: Double
    package var microBatch: Double
    package var global: Double
  }

  package struct Balance: Codable, Sendable, Equatable {
    /// Mean over the layers.
    package var mean: Losses
    /// As transformers' `load_balancing_loss_func`: fᵢ and pᵢ are means over all layers' tokens.
    package var pooled: Losses
    /// What perfectly even routing comes to, k.
    package var even: Double
  }

  package struct MutualInformation: Codable, Sendable, Equatable {
    /// Plug-in estimate, and with Miller and Madow's correction, in nats.
    package var nats: Double
    package var corrected: Double
    /// Corrected, as a share of the smaller of the two entropies; 0 to 1.
    package var share: Double
  }

  /// A recurrent router's state (arXiv 2408.06793), means over tokens.
  package struct RecurrentState: Codable, Sendable, Equatable {
    /// ‖h‖ after this layer's step.
    package var norm: Double
    /// ‖h − h₋‖, h₋ the state before the step.
    package var change: Double
    /// cos(h, h₋); nil in the first layer, whose h₋ is zero.
    package var cosine: Double?

    package init(norm: Double, change: Double, cosine: Double? = nil) {
      self.norm = norm
      self.change = change
      self.cosine = cosine
    }
  }

  package struct Subset: Codable, Sendable, Equatable {
    package var name: String
    package var texts: Int
    package var tokens: Int
    /// fᵢ/k in each layer, [layers, experts].
    package var distribution: [[Double]]
    /// The experts whose share here is the most above their share elsewhere, the first the most so.
    package var particular: [Particular]
  }

  package struct Particular: Codable, Sendable, Equatable {
    package var layer: Int
    package var expert: Int
    /// fᵢ in the subset, and in the other texts.
    package var share: Double
    package var elsewhere: Double
  }

  /// Jensen–Shannon distance, √JSD with logarithms to base 2: 0 to 1.
  package struct SubsetDistance: Codable, Sendable, Equatable {
    package var first: String
    package var second: String
    /// Mean over the layers, and each layer's.
    package var mean: Double
    package var layers: [Double]
  }
}

/// A number and its 95% interval.
package struct Estimate: Codable, Sendable, Equatable {
  package var value: Double
  package var low: Double
  package var high: Double

  package init(value: Double, low: Double, high: Double) {
    self.value = value
    self.low = low
    self.high = high
  }
}

/// Whether the experts of a response's tokens tell its score and its length, within prompts.
package struct RoutingPrediction: Codable, Sendable, Equatable {
  package var prompts: Int
  package var responses: Int
  /// Cross-validated R² of ridge regressions on the experts' shares, all less their prompt's mean; below
  /// 0 where they predict worse than the prompt's mean. Nil where there is no score.
  package var score: Estimate?
  package var length: Estimate
  /// How length goes with the score, and which part of it passes through routing; nil without scores.
  package var bias: Bias?
  /// Experts whose share goes with the score the most, and with the length.
  package var ofScore: [Association]
  package var ofLength: [Association]

  package struct Bias: Codable, Sendable, Equatable {
    /// Slope of the score on length, within prompts, for 100 characters.
    package var total: Estimate
    /// The part of it that the held-out routing term of a joint regression carries.
    package var throughRouting: Estimate
    /// throughRouting / total; nil where the total's interval holds 0.
    package var share: Estimate?
  }

  package struct Association: Codable, Sendable, Equatable {
    package var layer: Int
    package var expert: Int
    /// Pearson's r within prompts.
    package var correlation: Estimate
  }
}

/// How like each other the experts of a layer are by their weights (arXiv 2406.18219).
package struct ExpertSimilarity: Codable, Sendable, Equatable {
  /// Mean over pairs of experts of the cosine of their rows of the router.
  package var gateRow: Double
  /// w1 (gate), w2 (down), w3 (up).
  package var w1: Projection
  package var w2: Projection
  package var w3: Projection
  /// Pairs of experts whose neurons were assigned to each other.
  package var pairs: Int

  package struct Projection: Codable, Sendable, Equatable {
    /// Mean over pairs of the cosine of the experts' mean neurons.
    package var averaged: Double
    /// Mean over pairs of the mean cosine of neurons, each with its partner in the best assignment; nil
    /// without pairs.
    package var reordered: Double?
    /// Squared Pearson correlation, over pairs, of gate-row similarity with `averaged`; nil where one of
    /// the two does not vary.
    package var association: Double?
  }
}

/// What all experts of a layer make of some tokens, chosen or not (arXiv 2406.18219).
package struct ExpertOutputs: Codable, Sendable, Equatable {
  package var tokens: Int
  /// Tokens by the rank of the router's score, and within it by the rank of the output's norm, both
  /// descending, [experts, experts].
  package var ranks: [[Int]]
  /// Mean over tokens of Spearman's correlation of router score with output norm.
  package var spearman: Double
  /// Share of tokens whose first choice has the largest norm of all.
  package var firstIsLargest: Double
  /// Mean over tokens and pairs of experts of the cosine of their outputs.
  package var similarity: Double
  /// Mean over tokens and chosen experts of the share of neurons with |act(w1 x)| above the threshold.
  package var active: Double
  package var threshold: Double

  package init(
    tokens: Int, ranks: [[Int]], spearman: Double, firstIsLargest: Double, similarity: Double,
    active: Double, threshold: Double
  ) {
    self.tokens = tokens
    self.ranks = ranks
    self.spearman = spearman
    self.firstIsLargest = firstIsLargest
    self.similarity = similarity
    self.active = active
    self.threshold = threshold
  }
}
