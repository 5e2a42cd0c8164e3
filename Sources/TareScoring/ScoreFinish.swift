/// What becomes of a raw reward: OpenRLHF's normalisation, and a published model's activation.
internal import Foundation
package import TareCore
internal import TareEngine

/// Rewards are raw outputs of the head unless a user asks for more.
package struct ScoreFinish: Sendable, Hashable {
  /// (reward − mean) / deviation, in float32 as OpenRLHF 0.11.2 computes it; nil for none.
  private var normalisation: Normalisation?
  private var activation = Activation.none

  private struct Normalisation: Sendable, Hashable {
    let mean: Float
    let deviation: Float
  }

  package enum Activation: String, Sendable, CaseIterable {
    case none, sigmoid
    /// What the model's own files say.
    case model
  }

  /// The raw reward.
  package init() {}

  /// - Parameters:
  ///   - normalises: whether `mean` and `std` of the configuration are applied.
  /// - Throws: `TareError.usage` where the model's files do not have what is asked for.
  package init(
    _ text: TextModel, activation: Activation, normalises: Bool
  ) throws(TareError) {
    if normalises { normalisation = try Self.normalisation(text) }
    switch activation {
    case .none, .sigmoid: self.activation = activation
    case .model: self.activation = try Self.published(text)
    }
  }

  private static func normalisation(_ text: TextModel) throws(TareError) -> Normalisation {
    let config = text.weights.config
    guard let mean = config["mean"]?.double, let deviation = config["std"]?.double,
      mean.isFinite, deviation.isFinite, deviation > 0
    else {
      throw .usage(
        "\(text.name): the configuration has no 'mean' and positive 'std' for OpenRLHF's "
          + "normalization")
    }
    return Normalisation(mean: Float(mean), deviation: Float(deviation))
  }

  private static func published(_ text: TextModel) throws(TareError) -> Activation {
    switch text.reranker?.activation {
    case "Sigmoid"?: return .sigmoid
    case "Identity"?: return .none
    case let other:
      throw .usage(
        "\(text.name): expected sigmoid, none, or a model that names Sigmoid or Identity, found "
          + (other.map { "the activation \($0)" } ?? "no activation"))
    }
  }

  func applied(to value: Float) -> Float {
    var value = value
    if let normalisation { value = (value - normalisation.mean) / normalisation.deviation }
    return activation == .sigmoid ? Float(1 / (1 + exp(-Double(value)))) : value
  }

  /// - Returns: nil behind a sigmoid, where a score's deviation is not all that is to know of it.
  func applied(toDeviation deviation: Float) -> Float? {
    guard activation != .sigmoid else { return nil }
    return normalisation.map { deviation / $0.deviation } ?? deviation
  }
}

extension ScoreFinish: CustomStringConvertible {
  /// As the store keeps it; empty for the raw reward.
  package var description: String {
    let parts = [
      normalisation.map { "normalised:\($0.mean),\($0.deviation)" },
      activation == .sigmoid ? "sigmoid" : nil,
    ]
    return parts.compactMap { $0 }.joined(separator: ";")
  }
}
