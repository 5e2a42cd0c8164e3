/// A language model's own head, read at some tokens: the logit of one (Nemotron), or of two that
/// stand for yes and no (Qwen3-Reranker).
internal import Foundation
package import TareCore

package struct TokenHead: RewardHead {
  package static let key = "token"
  package static let summary = "logits of chosen tokens, from lm_head.weight or the tied embedding"

  package let tensors: [String]
  /// The tokens, as the store keeps them.
  package let tokenNames: String
  private let layer: HeadLayer
  /// Multiplies the logits, before the cap.
  private let scale: Float
  private let softCap: Float?

  package static func load(
    _ reader: WeightReader, _ context: HeadContext
  ) throws(TareError) -> TokenHead? {
    guard !context.tokens.isEmpty else { return nil }
    let family = context.config.flatMap { try? Architectures.family(named: $0) }
    let decoder = family as? any DecoderArchitecture.Type
    var names = ["lm_head", "output", "embed_out"]
    var spec: DecoderSpec?
    if let config = context.config, let decoder {
      spec = try decoder.spec(config)
      let own = try decoder.names(config)
      names = [own.output] + own.prefixes.map { $0 + own.embedding }
    }
    var scale = spec?.logitScale ?? 1
    if let config = context.config, let head = try family?.languageHead(config) {
      names = head.names
      scale = head.scale
    }
    guard let name = names.first(where: { reader.has("\($0).weight") }) else {
      throw .badData(
        place: "tensor 'lm_head.weight'", found: "no such tensor", accepted: "a language model")
    }
    let tensor = reader["\(name).weight"]
    let rows = tensor.shape?.first ?? 0
    let table = try tensor.table(rows: rows, columns: context.hiddenSize)
    var weight: [[Float]] = []
    for token in context.tokens {
      guard token >= 0, token < rows else {
        throw .badData(
          place: "token", found: "\(token)", accepted: "an id from 0 to \(rows - 1)")
      }
      let row = FloatBuffer(count: context.hiddenSize)
      table.read(Int(token)..<(Int(token) + 1), into: row.view)
      weight.append(row.view.array)
    }
    var bias = weight.map { _ in Float(0) }
    if name == names[0], reader.has("\(name).bias") {
      let all = try reader["\(name).bias"].vector(rows)
      bias = context.tokens.map { all[Int($0)] }
    }
    return TokenHead(
      tensors: ["\(name).weight"],
      tokenNames: "tokens:" + context.tokens.map { String($0) }.joined(separator: ","),
      layer: HeadLayer(weight: weight, bias: bias), scale: scale, softCap: spec?.logitSoftCap)
  }

  package var outputCount: Int { layer.weight.count }

  package func outputs(_ hidden: [Float]) -> [Float] {
    let logits = layer.outputs(hidden).map { scale * $0 }
    guard let cap = softCap else { return logits }
    return logits.map { cap * tanh($0 / cap) }
  }
}
