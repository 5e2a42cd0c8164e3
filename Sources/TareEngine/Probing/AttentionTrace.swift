/// Where attention looked in one or more passes, and what gates let through, summed.

package struct AttentionTrace: Sendable, Equatable {
  /// Tokens of the sequences, shared ones as often as they are shared.
  package internal(set) var tokens = 0
  /// Tokens at `firstPosition` or later, which `sink` and `entropy` are sums over.
  package internal(set) var late = 0
  package internal(set) var layers: [Layer]

  /// Sinks and entropies of queries before it say more of the position than of the model.
  package static let firstPosition = 64

  package struct Layer: Sendable, Equatable {
    /// Shares of mass on position 0, [heads].
    package internal(set) var sink: [Double]
    /// In nats, [heads].
    package internal(set) var entropy: [Double]
    package internal(set) var activation = Activation()
    /// Nil without gates.
    package internal(set) var gates: Gates?
  }

  /// The residual stream as it enters a layer.
  package struct Activation: Sendable, Equatable {
    package internal(set) var largest: Float = 0
    package internal(set) var channel = 0
    package internal(set) var position = 0
    /// Sum of squares, and how many numbers.
    package internal(set) var squares = 0.0
    package internal(set) var count = 0

    package static func += (total: inout Activation, more: Activation) {
      if more.largest > total.largest {
        (total.largest, total.channel, total.position) = (more.largest, more.channel, more.position)
      }
      total.squares += more.squares
      total.count += more.count
    }
  }

  /// Gates after the sigmoid.
  package struct Gates: Sendable, Equatable {
    /// Values in each twentieth of 0 to 1, [bins].
    package internal(set) var histogram = [Double](repeating: 0, count: Gates.bins)
    /// Sums and sums of squares, [gates].
    package internal(set) var sum: [Double]
    package internal(set) var squares: [Double]
    /// Values below `low`, [heads].
    package internal(set) var below: [Double]
    /// Over late tokens: of the head's mean gate, and of that times the mass on position 0, [heads].
    package internal(set) var late: [Double]
    package internal(set) var sink: [Double]

    package static let bins = 20
    package static let low: Float = 0.1

    init(width: Int, heads: Int) {
      sum = Array(repeating: 0, count: width)
      squares = sum
      below = Array(repeating: 0, count: heads)
      late = below
      sink = below
    }
  }
}

extension AttentionTrace {
  /// Adds the sums of another pass of the same model.
  package static func += (total: inout AttentionTrace, more: AttentionTrace) {
    total.tokens += more.tokens
    total.late += more.late
    for index in total.layers.indices { total.layers[index] += more.layers[index] }
  }
}

extension AttentionTrace.Layer {
  static func += (total: inout AttentionTrace.Layer, more: AttentionTrace.Layer) {
    total.sink.add(more.sink)
    total.entropy.add(more.entropy)
    total.activation += more.activation
    if let gates = more.gates { total.gates? += gates }
  }
}

extension AttentionTrace.Gates {
  static func += (total: inout AttentionTrace.Gates, more: AttentionTrace.Gates) {
    total.histogram.add(more.histogram)
    total.sum.add(more.sum)
    total.squares.add(more.squares)
    total.below.add(more.below)
    total.late.add(more.late)
    total.sink.add(more.sink)
  }
}

extension [Double] {
  fileprivate mutating func add(_ more: [Double]) {
    for (index, value) in more.enumerated() { self[index] += value }
  }
}
