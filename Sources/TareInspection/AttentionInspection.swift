/// Where attention looks, and what gates let through.

/// The outcome of `tare inspect --attention`; its JSON, by `JSONEncoder` with keys in snake case, is what
/// the command prints and what a report reads.
package struct AttentionInspection: Codable, Sendable, Equatable {
  package var model: String
  package var texts: Int
  package var tokens: Int
  /// Positions from 64 on, which sink and entropy are means over.
  package var positions: Int
  package var headCount: Int
  /// "none", "headwise" or "elementwise".
  package var gateKind: String
  package var layers: [Layer]

  package init(
    model: String, texts: Int, tokens: Int, positions: Int, headCount: Int, gateKind: String,
    layers: [Layer]
  ) {
    self.model = model
    self.texts = texts
    self.tokens = tokens
    self.positions = positions
    self.headCount = headCount
    self.gateKind = gateKind
    self.layers = layers
  }

  package struct Layer: Codable, Sendable, Equatable {
    package var layer: Int
    /// Share of attention's mass that is on the first token, [heads]; nil without positions.
    package var sink: [Double]?
    /// Mean entropy of attention, in nats, [heads].
    package var entropy: [Double]?
    /// Keys a query may see; nil for all before it.
    package var window: Int?
    package var activation: Activation
    /// Nil without gates.
    package var gates: Gates?

    package init(
      layer: Int, sink: [Double]? = nil, entropy: [Double]? = nil, window: Int? = nil,
      activation: Activation, gates: Gates? = nil
    ) {
      self.layer = layer
      self.sink = sink
      self.entropy = entropy
      self.window = window
      self.activation = activation
      self.gates = gates
    }
  }

  /// The residual stream as it enters a layer, over all tokens: of layer 0 the embeddings.
  package struct Activation: Codable, Sendable, Equatable {
    /// The largest magnitude, its channel, and the position of its token.
    package var largest: Double
    package var channel: Int
    package var position: Int
    /// √ mean of squares.
    package var rootMeanSquare: Double

    package init(largest: Double, channel: Int, position: Int, rootMeanSquare: Double) {
      self.largest = largest
      self.channel = channel
      self.position = position
      self.rootMeanSquare = rootMeanSquare
    }
  }

  /// Gates after the sigmoid (arXiv 2505.06708).
  package struct Gates: Codable, Sendable, Equatable {
    /// Share of gate values in each twentieth of 0 to 1, [20].
    package var histogram: [Double]
    /// Mean, [heads].
    package var mean: [Double]
    /// Share of values below 0.1, [heads].
    package var below: [Double]
    /// Variance over tokens of one gate value, mean over the head's values, [heads].
    package var variance: [Double]
    /// Variance of the heads' means.
    package var between: Double
    /// Mean over heads of `variance`, as a share of itself and `between`: 1 where gates depend on the
    /// query alone, 0 where each head has one value for all.
    package var queryDependence: Double
    /// Mean of gate · mass on the first token, and that over the mean gate, [heads]; the gate of a head
    /// with one value a channel is their mean. Nil without positions.
    package var gatedSink: [Double]?
    package var sinkOfGated: [Double]?

    package init(
      histogram: [Double], mean: [Double], below: [Double], variance: [Double], between: Double,
      queryDependence: Double, gatedSink: [Double]? = nil, sinkOfGated: [Double]? = nil
    ) {
      self.histogram = histogram
      self.mean = mean
      self.below = below
      self.variance = variance
      self.between = between
      self.queryDependence = queryDependence
      self.gatedSink = gatedSink
      self.sinkOfGated = sinkOfGated
    }
  }
}
