/// A pointer whose scores are refined by attention among the options of a question.
package import TareCore

/// Source: wev-ai 0.2.2 (Apache-2.0), wev/model.py, `SetHead`.
package struct SetHead: Sendable {
  private let pointer: PointerHead
  private let input: HeadLayer
  /// Of the question's state and of an option's, [2][size].
  private let kinds: [[Float]]
  private let mix: StateEncoder
  private let output: HeadLayer

  private static let layers = 2
  private static let heads = 4

  /// - Throws: `TareError.badData` for a missing or misshapen tensor.
  package init(
    _ reader: WeightReader, hiddenSize: Int, size: Int, threads: Int
  ) throws(TareError) {
    pointer = try PointerHead(reader, "pointer.", hiddenSize: hiddenSize, size: size)
    input = try HeadLayer(reader, "inp", inputs: hiddenSize)
    kinds = try reader["kind.weight"].rows(2, size)
    mix = try StateEncoder(
      reader, "mix.layers", width: size, heads: Self.heads, layers: Self.layers, threads: threads)
    output = try HeadLayer(reader, "out", inputs: size)
    guard input.weight.count == size, output.weight.count == 1 else {
      throw .badData(
        place: "set head",
        found: "layers of \(input.weight.count) and \(output.weight.count) outputs",
        accepted: "\(size) and 1")
    }
  }

  /// As those of `PointerHead`.
  package func scores(_ decision: [Float], _ options: [[Float]]) -> [Float] {
    let states = ([decision] + options).enumerated().map { place, state in
      zip(input.outputs(state), kinds[place == 0 ? 0 : 1]).map(+)
    }
    let mixed = mix(states)
    let base = pointer.scores(decision, options)
    return zip(base, mixed.dropFirst()).map { score, state in
      score + output.outputs(zip(state, mixed[0]).map(*))[0]
    }
  }
}
