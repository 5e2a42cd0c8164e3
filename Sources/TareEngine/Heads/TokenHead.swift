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
  private let softCap: Float?

  package static func load(
    _ reader: WeightReader, _ context: HeadContext
  ) throws(TareError) -> TokenHead? {
    guard !context.tokens.isEmpty else { return nil }
    let embeddings = ["model.embed_tokens", "embed_tokens", "model.tok_embeddings"]
    let names = ["lm_head", "output", "embed_out"] + embeddings
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
    return TokenHead(
      tensors: ["\(name).weight"],
      tokenNames: "tokens:" + context.tokens.map { String($0) }.joined(separator: ","),
      layer: HeadLayer(weight: weight, bias: weight.map { _ in 0 }),
      softCap: try context.config.flatMap { (config) throws(TareError) in
        try Self.softCap(config)
      })
  }

  /// Gemma 2 has a cap where its configuration does not say otherwise.
  private static func softCap(_ config: ModelConfig) throws(TareError) -> Float? {
    let key = "final_logit_softcapping"
    if config.values[key] == nil { return config["model_type"] == "gemma2" ? 30 : nil }
    return try config.optionalNumber(key).map { Float($0) }
  }

  package var outputCount: Int { layer.weight.count }

  package func outputs(_ hidden: [Float]) -> [Float] {
    let logits = layer.outputs(hidden)
    guard let cap = softCap else { return logits }
    return logits.map { cap * tanh($0 / cap) }
  }
}
