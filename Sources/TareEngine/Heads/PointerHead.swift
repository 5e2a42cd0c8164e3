/// A head that points: each option's state is compared with that of the question's last token.
internal import CKernels
internal import Foundation
package import TareCore

/// Source: wev-ai 0.2.2 (Apache-2.0), wev/model.py, `PointerHead`, which is kev's; with a norm
/// strands-decider 0.2.0 (Apache-2.0), strands_decider/modeling.py.
package struct PointerHead: Sendable {
  private let query: HeadLayer
  private let key: HeadLayer
  /// Of a layer norm, ε = 1e-5, that every state goes through; nil for none.
  private let norm: (weight: [Float], bias: [Float])?

  /// - Parameters:
  ///   - prefix: before `q` and `k`, the names of its two layers.
  ///   - norm: the name of a layer norm before both.
  ///   - hiddenSize: of the states.
  ///   - size: outputs of both layers.
  /// - Throws: `TareError.badData` for a missing or misshapen tensor.
  package init(
    _ reader: WeightReader, _ prefix: String, norm: String? = nil, hiddenSize: Int, size: Int
  ) throws(TareError) {
    query = try HeadLayer(reader, "\(prefix)q", inputs: hiddenSize)
    key = try HeadLayer(reader, "\(prefix)k", inputs: hiddenSize)
    if let norm {
      self.norm = (
        weight: try reader["\(norm).weight"].vector(hiddenSize),
        bias: try reader["\(norm).bias"].vector(hiddenSize)
      )
    } else {
      self.norm = nil
    }
    for (layer, name) in [(query, "q"), (key, "k")] where layer.weight.count != size {
      throw .badData(
        place: "tensor '\(prefix)\(name).weight'", found: "\(layer.weight.count) rows",
        accepted: "\(size), the head's size")
    }
  }

  /// - Parameters:
  ///   - decision: the state that asks, [hiddenSize].
  ///   - options: those that answer, [option][hiddenSize].
  /// - Returns: (K h)·(Q h_decision) / √size of each option.
  package func scores(_ decision: [Float], _ options: [[Float]]) -> [Float] {
    let asked = query.outputs(normed(decision))
    let scale = 1 / Double(asked.count).squareRoot()
    return options.map { option in
      let product = zip(key.outputs(normed(option)), asked).reduce(0.0) {
        $0 + Double($1.0) * Double($1.1)
      }
      return Float(product * scale)
    }
  }

  private func normed(_ state: [Float]) -> [Float] {
    guard let norm else { return state }
    var normed = state
    tare_kernels().pointee.layerNorm(
      &normed, state, norm.weight, norm.bias, 1, state.count, 1e-5)
    return normed
  }
}
