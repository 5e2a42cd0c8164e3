/// A head that points: each option's state is compared with that of the question's last token.
internal import Foundation
package import TareCore

/// Source: wev-ai 0.2.2 (Apache-2.0), wev/model.py, `PointerHead`, which is kev's.
package struct PointerHead: Sendable {
  private let query: HeadLayer
  private let key: HeadLayer

  /// - Parameters:
  ///   - prefix: before `q` and `k`, the names of its two layers.
  ///   - hiddenSize: of the states.
  ///   - size: outputs of both layers.
  /// - Throws: `TareError.badData` for a missing or misshapen tensor.
  package init(
    _ reader: WeightReader, _ prefix: String, hiddenSize: Int, size: Int
  ) throws(TareError) {
    query = try HeadLayer(reader, "\(prefix)q", inputs: hiddenSize)
    key = try HeadLayer(reader, "\(prefix)k", inputs: hiddenSize)
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
    let asked = query.outputs(decision)
    let scale = 1 / Double(asked.count).squareRoot()
    return options.map { option in
      let product = zip(key.outputs(option), asked).reduce(0.0) {
        $0 + Double($1.0) * Double($1.1)
      }
      return Float(product * scale)
    }
  }
}
