/// PairRM's head (arXiv 2306.02561): a score of each response, by its mark's state and the source's.
internal import Foundation
package import TareCore

/// `head_layer.1` (linear, tanh) and `head_layer.4` (linear) on both states; the tasks' mean is the score.
package struct PairHead: Sendable {
  /// The tokens before the source and before each response.
  package let marks: [Int32]
  private let inner: HeadLayer
  private let outer: HeadLayer

  /// - Throws: `TareError.badData` for a missing mark or a missing or misshapen tensor.
  package init(
    _ reader: WeightReader, _ config: ModelConfig, _ hiddenSize: Int
  ) throws(TareError) {
    var marks: [Int32] = []
    for key in ["source_prefix_id", "cand1_prefix_id", "cand2_prefix_id"] {
      guard let id = config[key]?.int.flatMap({ Int32(exactly: $0) }), id >= 0 else {
        throw config.error(key, config[key]?.text() ?? "nothing", "the id of a token")
      }
      marks.append(id)
    }
    self.marks = marks
    inner = try HeadLayer(reader, "head_layer.1", inputs: 2 * hiddenSize)
    outer = try HeadLayer(reader, "head_layer.4", inputs: inner.weight.count)
  }

  /// - Parameter states: of the marks, [3][hiddenSize].
  /// - Returns: the scores of both responses.
  package func scores(_ states: [[Float]]) -> [Float] {
    precondition(states.count == 3)
    return states[1...].map { candidate in
      let inside = inner.outputs(states[0] + candidate).map { Float(tanh(Double($0))) }
      let tasks = outer.outputs(inside)
      return Float(tasks.reduce(0.0) { $0 + Double($1) } / Double(tasks.count))
    }
  }
}
