/// How an adapter is fitted.
package import TareCore

package struct AdapterSettings: Sendable, Hashable {
  /// Columns of B.
  package var rank = 8
  /// What B·A is multiplied by is alpha / rank.
  package var alpha = 16.0
  /// Layers from the top that learn.
  package var layers = 4
  /// Their linear layers that learn.
  package var targets: [AdaptedLayer.Place] = [.query, .value]
  /// Passes over each domain's training pairs.
  package var epochs = 3
  package var learningRate = 3e-4
  /// Pairs of a step.
  package var batchSize = 8

  package init() {}
}

extension AdaptedLayer.Place {
  /// What the layer is called in checkpoints of Llama's kind.
  package var name: String {
    switch self {
    case .query: "q_proj"
    case .key: "k_proj"
    case .value: "v_proj"
    case .output: "o_proj"
    case .gate: "gate_proj"
    case .up: "up_proj"
    case .down: "down_proj"
    }
  }

  /// The module's place in a layer.
  package var module: String {
    switch self {
    case .query, .key, .value, .output: "self_attn.\(name)"
    case .gate, .up, .down: "mlp.\(name)"
    }
  }

  /// - Throws: `TareError.usage` for another name.
  package init(named name: String) throws(TareError) {
    guard let place = Self.allCases.first(where: { $0.name == name }) else {
      throw .usage(
        "target: expected \(Self.allCases.map(\.name).joined(separator: ", ")), found '\(name)'")
    }
    self = place
  }
}
