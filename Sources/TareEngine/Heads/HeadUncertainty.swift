/// How far a head's score may be off for want of training pairs.
internal import TareCore

/// What `train-head` saves beside a linear head: rows whose products with a state tell how uncertain its
/// score is. It is the uncertainty of the head's weights alone: that of the model below, of labels that
/// contradict each other, and of texts unlike those of the training are no part of it.
package struct HeadUncertainty: Sendable {
  package enum Kind: String, Sendable, CaseIterable {
    /// Heads fitted on resampled prompts; the deviation is that of their scores, with n − 1.
    case ensemble
    /// A factor A of the posterior's covariance, AᵀA = H⁻¹ with the Hessian H at the optimum; the
    /// deviation is |A (state − mean)|, with the mean in the bias.
    case laplace
  }

  package let kind: Kind
  private let layer: HeadLayer

  package var tensors: [String] { ["\(kind.rawValue).weight", "\(kind.rawValue).bias"] }
  /// [rows][hiddenSize]
  package var weights: [[Float]] { layer.weight }
  /// [rows]
  package var biases: [Float] { layer.bias }

  /// - Parameters:
  ///   - weights: at least two rows of an ensemble, [rows][hiddenSize].
  ///   - biases: [rows]
  package init(_ kind: Kind, weights: [[Float]], biases: [Float]) {
    precondition(weights.count == biases.count && weights.count >= (kind == .ensemble ? 2 : 1))
    self.kind = kind
    layer = HeadLayer(weight: weights, bias: biases)
  }

  /// - Returns: nil where the file has none.
  /// - Throws: `TareError.badData` for damaged tensors, and an ensemble of one.
  static func load(
    _ reader: WeightReader, inputs: Int
  ) throws(TareError) -> HeadUncertainty? {
    for kind in Kind.allCases where reader.has("\(kind.rawValue).weight") {
      let layer = try HeadLayer(reader, kind.rawValue, inputs: inputs)
      guard kind != .ensemble || layer.weight.count > 1 else {
        throw .badData(
          place: "tensor '\(kind.rawValue).weight'", found: "one member", accepted: "at least two")
      }
      return HeadUncertainty(kind, weights: layer.weight, biases: layer.bias)
    }
    return nil
  }

  /// The standard deviation of a state's score.
  package func deviation(_ hidden: [Float]) -> Double { spread(layer.sums(hidden)) }

  /// The standard deviation of the difference of two scores. It is not that of independent scores: what
  /// two states have in common is uncertain in both alike and falls out.
  package func deviation(_ hidden: [Float], less other: [Float]) -> Double {
    spread(zip(layer.sums(hidden), layer.sums(other)).map { $0 - $1 })
  }

  private func spread(_ values: [Double]) -> Double {
    switch kind {
    case .laplace: return values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    case .ensemble:
      let mean = values.reduce(0, +) / Double(values.count)
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      return (squares / Double(values.count - 1)).squareRoot()
    }
  }
}
