/// A head of linear layers with ReLU between them: `score.0` and `score.2` of Qwen's and INF-ORM's
/// reward models, `v_head.summary.0`, `.2` and so on of GRM's.
package import TareCore

package struct MLPHead: RewardHead {
  package static let key = "mlp"
  package static let summary =
    "score.0 and score.2 (or v_head.summary.0 and .2): linear, ReLU, linear"

  package let tensors: [String]
  private let layers: [HeadLayer]

  package static func load(
    _ reader: WeightReader, _ context: HeadContext
  ) throws(TareError) -> MLPHead? {
    guard let name = context.names.first(where: { reader.has("\($0).0.weight") }) else {
      return nil
    }
    var layers: [HeadLayer] = []
    var tensors: [String] = []
    var width = context.hiddenSize
    // The places between are ReLU's.
    for place in stride(from: 0, through: 16, by: 2) {
      let layer = "\(name).\(place)"
      guard place <= 2 || reader.has("\(layer).weight") else { break }
      layers.append(try HeadLayer(reader, layer, inputs: width))
      tensors.append("\(layer).weight")
      width = layers[layers.count - 1].weight.count
    }
    return MLPHead(tensors: tensors, layers: layers)
  }

  package var outputCount: Int { layers[layers.count - 1].weight.count }

  package func outputs(_ hidden: [Float]) -> [Float] {
    layers.dropFirst().reduce(layers[0].outputs(hidden)) { values, layer in
      layer.outputs(values.map { max($0, 0) })
    }
  }
}
