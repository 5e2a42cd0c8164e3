/// A head that scores the state at an option's mark by itself: linear layers, layer norms and GELU.
internal import CKernels
package import TareCore

package struct MarkHead: Sendable {
  /// A step, and what its tensors are called.
  package enum Step: Sendable {
    case linear(String)
    /// A layer norm, with ε = 1e-5.
    case norm(String)
    case gelu
  }

  private enum Part: Sendable {
    case linear(HeadLayer)
    case norm(weight: [Float], bias: [Float])
    case gelu
  }

  private let parts: [Part]

  /// - Parameter steps: in their order; the last must give one number.
  /// - Throws: `TareError.badData` for a missing or misshapen tensor.
  package init(
    _ reader: WeightReader, _ steps: [Step], hiddenSize: Int
  ) throws(TareError) {
    var width = hiddenSize
    var parts: [Part] = []
    for step in steps {
      switch step {
      case .linear(let name):
        let layer = try HeadLayer(reader, name, inputs: width)
        width = layer.weight.count
        parts.append(.linear(layer))
      case .norm(let name):
        parts.append(
          .norm(
            weight: try reader["\(name).weight"].vector(width),
            bias: try reader["\(name).bias"].vector(width)))
      case .gelu: parts.append(.gelu)
      }
    }
    guard width == 1 else {
      throw .badData(place: "head", found: "\(width) outputs", accepted: "one score an option")
    }
    self.parts = parts
  }

  /// - Parameter hidden: the state at the mark, [hiddenSize].
  package func score(_ hidden: [Float]) -> Float {
    let kernels = tare_kernels().pointee
    var values = hidden
    for part in parts {
      switch part {
      case .linear(let layer): values = layer.outputs(values)
      case .norm(let weight, let bias):
        var normed = values
        kernels.layerNorm(&normed, values, weight, bias, 1, values.count, 1e-5)
        values = normed
      case .gelu: kernels.activate(&values, values.count, Activation.gelu.kernel)
      }
    }
    return values[0]
  }
}
