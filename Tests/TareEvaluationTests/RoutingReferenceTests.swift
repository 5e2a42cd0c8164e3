import Foundation
import TareCore
import TareEvaluation
import TareTesting
import Testing

/// Load-balancing losses of real passes, by transformers' `load_balancing_loss_func` on the same logits
/// (Tests/TareEngineTests/Fixtures/inspection_reference.py).
@Suite struct RoutingReferenceTests {
  @Test(arguments: ["qwen3_moe", "rmoe"])
  func `losses are those of transformers`(name: String) throws {
    let file = projectFolder.appending(
      path: "Tests/TareEngineTests/Fixtures/inspection_reference.json")
    let root = try JSONValue(parsing: Array(Data(contentsOf: file)))
    let routing = try #require(root["checkpoints"]?[name]?["routing"])
    let layers = try #require(routing["layers"]?.array).compactMap(\.int)
    var tally = RoutingTally(
      layers: layers, experts: try #require(routing["experts"]?.int),
      chosen: try #require(routing["chosen"]?.int), microBatch: 2, seed: 1)
    for text in routing["texts"]?.array ?? [] {
      let counts = rows(text["counts"])
      let chosen = try #require(routing["chosen"]?.double)
      tally.add(
        TextRouting(
          prompt: "", length: 0, tokens: Int(counts[0].reduce(0, +) / chosen), responseTokens: 0,
          counts: counts, probabilities: rows(text["probabilities"]),
          responseCounts: rows(text["responseCounts"])))
    }
    let found = tally.finish(model: name, joint: rows(routing["joint"]))
    let loss = try #require(routing["loss"])
    // float32's share of the reference, whose logits go into the function in float64 and come out of
    // softmax in float32.
    #expect(abs(found.balance.pooled.global - (loss["pooled"]?.double ?? 0)) < 1e-6)
    let global = loss["layers"]?.array?.compactMap(\.double) ?? []
    let sequences = rows(loss["sequences"])
    for (index, layer) in found.layers.enumerated() {
      #expect(abs(layer.loss.global - global[index]) < 1e-6)
      let mean = sequences[index].reduce(0, +) / Double(sequences[index].count)
      #expect(abs(layer.loss.sequence - mean) < 1e-6)
      let information = routing["information"]?.array?.compactMap(\.double) ?? []
      guard index < information.count else { continue }
      #expect(abs((layer.information?.nats ?? -1) - information[index]) < 1e-9)
    }
  }

  private func rows(_ value: JSONValue?) -> [[Double]] {
    (value?.array ?? []).map { ($0.array ?? []).compactMap(\.double) }
  }
}
