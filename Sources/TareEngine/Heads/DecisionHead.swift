/// A decision head: a linear layer whose rows are the options of all question types, soft-capped.
internal import Foundation
package import TareCore

/// Source: transformers 5.23, models/jev/modeling_jev.py.
package struct DecisionHead: Sendable {
  private let layer: HeadLayer
  /// Outputs become cap · tanh(output / cap); nil for none.
  private let softCap: Float?

  package var rowCount: Int { layer.weight.count }

  /// - Parameters:
  ///   - name: the layer's; its tensors are `name`.weight, [rows, hiddenSize], and `name`.bias. The
  ///     first may be called `weight` alone, as transformers saves it.
  ///   - rows: how many it must have.
  /// - Throws: `TareError.badData` for a missing or misshapen tensor, a number that is not finite, or
  ///   a cap that is not positive.
  package init(
    _ reader: WeightReader, _ name: String, rows: Int, hiddenSize: Int, softCap: Double?
  ) throws(TareError) {
    let bare = "weight"
    let tensor = reader.has("\(name).\(bare)") || !reader.has(bare) ? "\(name).\(bare)" : bare
    let weight = try reader[tensor].rows(rows, hiddenSize)
    let bias =
      reader.has("\(name).bias")
      ? try reader["\(name).bias"].vector(rows) : Array(repeating: 0, count: rows)
    guard weight.allSatisfy({ $0.allSatisfy(\.isFinite) }), bias.allSatisfy(\.isFinite) else {
      throw .badData(
        place: "tensor '\(tensor)'", found: "a number that is not finite",
        accepted: "finite numbers")
    }
    if let softCap, !(softCap.isFinite && softCap != 0) {
      throw .badData(place: "softcap", found: "\(softCap)", accepted: "a number other than 0")
    }
    layer = HeadLayer(weight: weight, bias: bias)
    self.softCap = softCap.map { Float($0) }
  }

  /// - Parameters:
  ///   - hidden: the state after the final norm, [hiddenSize].
  ///   - rows: which of the head's, within `rowCount`.
  package func outputs(_ hidden: [Float], rows: Range<Int>) -> [Float] {
    precondition(rows.upperBound <= rowCount)
    let values = layer.outputs(hidden, rows: rows)
    guard let softCap else { return values }
    return values.map { softCap * tanh($0 / softCap) }
  }
}
