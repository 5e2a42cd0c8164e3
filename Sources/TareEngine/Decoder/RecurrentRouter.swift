/// The recurrent router of RMoE (arXiv 2408.06793): a unit that all layers share carries a state
/// from layer to layer, for each token by itself.
internal import Foundation
internal import TareCore

struct RecurrentRouterWeights: Sendable {
  let kind: RecurrentKind
  let size: Int
  /// Input weights of the unit's gates one under another, [gates·size, size].
  let input: [Float]
  let inputBias: [Float]
  /// Weights of the state, [gates·size, size].
  let state: [Float]
  let stateBias: [Float]

  /// Gates by the letters of their tensors: reset, update, new.
  private static func letters(_ kind: RecurrentKind) -> [String] {
    switch kind {
    case .gru: ["r", "z", "n"]
    case .rnn: ["n"]
    }
  }

  init(_ reader: WeightReader, prefix: String, _ kind: RecurrentKind, size: Int) throws(TareError) {
    self.kind = kind
    self.size = size
    var (input, inputBias): ([Float], [Float]) = ([], [])
    var (state, stateBias): ([Float], [Float]) = ([], [])
    for letter in Self.letters(kind) {
      input += try reader["\(prefix).weight_i\(letter)"].values(shaped: [size, size])
      state += try reader["\(prefix).weight_h\(letter)"].values(shaped: [size, size])
      inputBias += try reader["\(prefix).bias_i\(letter)"].vector(size)
      stateBias += try reader["\(prefix).bias_h\(letter)"].vector(size)
    }
    self.input = input
    self.inputBias = inputBias
    self.state = state
    self.stateBias = stateBias
  }

  /// The next state of one token, in place.
  ///
  /// - Parameters:
  ///   - h: the state, [size].
  ///   - x: the layer's input to the unit, [size].
  func step(_ h: FloatView, _ x: FloatView) {
    let fromInput = product(input, inputBias, x)
    let fromState = product(state, stateBias, h)
    for i in 0..<size {
      switch kind {
      case .gru:
        let reset = sigmoid(fromInput[i] + fromState[i])
        let update = sigmoid(fromInput[size + i] + fromState[size + i])
        let new = tanh(fromInput[2 * size + i] + reset * fromState[2 * size + i])
        h.base[i] = (1 - update) * new + update * h.base[i]
      case .rnn: h.base[i] = tanh(fromInput[i] + fromState[i])
      }
    }
  }

  private func sigmoid(_ x: Float) -> Float { 1 / (1 + exp(-x)) }

  private func product(_ matrix: [Float], _ bias: [Float], _ x: FloatView) -> [Float] {
    bias.indices.map { row in
      var total = bias[row]
      for column in 0..<size { total += matrix[row * size + column] * x.base[column] }
      return total
    }
  }
}
