import Foundation
import TareCore
import TareInspection
import TareTesting
import Testing

/// What is said of the routing of the parity checkpoints, against transformers, scipy and NumPy on float64
/// passes (Tests/TareEngineTests/Fixtures/inspection_reference.py); that the engine finds the same routing
/// is for its own tests.
@Suite struct RoutingReferenceTests {
  private let root: JSONValue

  init() throws {
    let file = projectFolder.appending(
      path: "Tests/TareEngineTests/Fixtures/inspection_reference.json")
    root = try JSONValue(parsing: Array(Data(contentsOf: file)))
  }

  /// Load-balancing losses by transformers' `load_balancing_loss_func` on the same logits.
  @Test(arguments: ["qwen3_moe", "rmoe"])
  func `losses are those of transformers`(name: String) throws {
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
      let information = routing["information"]?.array ?? []
      guard index < information.count else { continue }
      #expect(layer.information != nil)
      expectClose(
        [layer.information?.nats, layer.information?.corrected, layer.information?.share]
          .compactMap(\.self),
        ["nats", "corrected", "share"].compactMap { information[index][$0]?.double },
        tolerance: 1e-9)
    }
  }

  /// The norm of an expert's output and the router's score, rank with rank.
  @Test(arguments: ["qwen3_moe", "rmoe"])
  func `ranks and their correlations are those of scipy`(name: String) throws {
    let routing = try #require(root["checkpoints"]?[name]?["routing"])
    let wanted = routing["outputs"]?.array ?? []
    let layers = routing["samples"]?.array ?? []
    #expect(!layers.isEmpty && layers.count == wanted.count)
    for (samples, wanted) in zip(layers, wanted) {
      var ranks = OutputRanks(experts: try #require(routing["experts"]?.int))
      for sample in samples.array ?? [] {
        ranks.add(
          scores: (sample["scores"]?.numbers ?? []).map(Float.init),
          norms: (sample["norms"]?.numbers ?? []).map(Float.init))
      }
      #expect(abs(ranks.spearman - (wanted["spearman"]?.double ?? 9)) < 1e-12)
      #expect(abs(ranks.firstIsLargest - (wanted["first"]?.double ?? 9)) < 1e-12)
      #expect(ranks.ranks.map { $0.map(Double.init) } == rows(wanted["ranks"]))
    }
  }

  @Test(arguments: ["qwen3_moe", "rmoe"])
  func `distances, regressions and their intervals are those of scipy and NumPy`(
    name: String
  ) throws {
    let checkpoint = try #require(root["checkpoints"]?[name])
    let (routing, responses) = (checkpoint["routing"], checkpoint["responses"])
    let layers = (routing?["layers"]?.array ?? []).compactMap(\.int)
    let chosen = try #require(routing?["chosen"]?.int)
    var tally = RoutingTally(
      layers: layers, experts: try #require(routing?["experts"]?.int), chosen: chosen,
      microBatch: 4, seed: 1)
    for row in responses?["rows"]?.array ?? [] {
      let (start, tokens) = (row["start"]?.int ?? 0, row["tokens"]?.int ?? 0)
      tally.add(
        TextRouting(
          prompt: row["prompt"]?.string ?? "", subset: row["subset"]?.string,
          score: row["score"]?.double, length: row["length"]?.double ?? 0, tokens: start + tokens,
          responseTokens: tokens, counts: rows(row["all"]), probabilities: rows(row["all"]),
          responseCounts: rows(row["counts"])))
    }
    let found = tally.finish(model: name, joint: [])
    #expect(found.texts == 42)
    expectClose(
      found.layers.map(\.entropy), responses?["entropy"]?.numbers ?? [], tolerance: 1e-12)
    expectClose(
      found.layers.map(\.variation), responses?["variation"]?.numbers ?? [], tolerance: 1e-12)
    let distances = responses?["distances"]?.array ?? []
    #expect(found.distances.map(\.first) == distances.map { $0["first"]?.string })
    #expect(found.distances.map(\.second) == distances.map { $0["second"]?.string })
    for (found, wanted) in zip(found.distances, distances) {
      expectClose(found.layers, wanted["layers"]?.numbers ?? [], tolerance: 1e-12)
    }
    for subset in found.subsets {
      let wanted = rows(responses?["particular"]?[subset.name])
      #expect(wanted.count == 5)
      let places = subset.particular.map { expert in
        [Double(layers.firstIndex(of: expert.layer) ?? -1), Double(expert.expert)]
      }
      #expect(places == wanted)
    }
    let prediction = try #require(found.prediction)
    #expect((prediction.prompts, prediction.responses) == (14, 42))
    expectEqual(prediction.score, responses?["score"])
    expectEqual(prediction.length, responses?["length"])
    expectEqual(prediction.bias?.total, responses?["total"])
    expectEqual(prediction.bias?.throughRouting, responses?["through"])
    for (found, wanted) in [
      (prediction.ofScore, responses?["of_score"]), (prediction.ofLength, responses?["of_length"]),
    ] {
      let wanted = wanted?.array ?? []
      #expect(wanted.count == 5)
      #expect(found.map(\.layer) == wanted.map { $0["layer"]?.int.map { layers[$0] } })
      #expect(found.map(\.expert) == wanted.map { $0["expert"]?.int })
      for (found, wanted) in zip(found, wanted) { expectEqual(found.correlation, wanted) }
    }
  }

  private func rows(_ value: JSONValue?) -> [[Double]] {
    (value?.array ?? []).map { ($0.array ?? []).compactMap(\.double) }
  }
}
