import Foundation
import TareCore
import TareTesting
import Testing

/// `tare inspect --routing` and `--attention` from outside.
@Suite struct InspectTextsTests {
  private static let pairs = projectFolder.appending(path: "datasets/balanced-pairs.jsonl").path

  private func inspect(_ arguments: String...) throws -> JSONValue {
    let result = try Program.run(["inspect", "--json"] + arguments)
    try #require(result.status == 0, "\(result.error)")
    return try JSONValue(parsing: result.output)
  }

  private func refusal(_ arguments: String...) throws -> (status: Int32, error: String) {
    let result = try Program.run(["inspect"] + arguments)
    return (result.status, result.error)
  }

  private func numbers(_ value: JSONValue?) throws -> [Double] {
    let list = try #require(value?.array)
    return list.compactMap(\.double)
  }

  // MARK: - Attention

  @Test func `attention of a language model without a reward head`() throws {
    let workshop = try Workshop(pairs: 6)
    let found = try #require(
      try inspect("--attention", workshop.pairs, "--model", workshop.model)["attention"])
    #expect(found["texts"] == 12)
    #expect(found["gate_kind"] == "none")
    let layers = found["layers"]?.array ?? []
    #expect(!layers.isEmpty)
    let heads = try #require(found["head_count"]?.int)
    for layer in layers {
      let entropy = try numbers(layer["entropy"])
      #expect(entropy.count == heads)
      // A query at position 64 or later sees at most the longest text.
      #expect(entropy.allSatisfy { (0...log(4096)).contains($0) })
      let sink = try numbers(layer["sink"])
      #expect(sink.allSatisfy { (0...1).contains($0) })
      #expect(layer["gates"] == nil)
    }
    // With its head the model's insides are the same.
    let scored = try inspect(
      "--attention", workshop.pairs, "--model", workshop.model, "--head", workshop.head)
    #expect(scored["attention"] == found)
  }

  @Test func `texts below 64 tokens have no sink`() throws {
    let workshop = try Workshop(pairs: 1)
    let short = try workshop.folder.file(
      "short.jsonl", Data(#"{"prompt": "a", "response": "b"}"#.utf8))
    let found = try inspect("--attention", short, "--model", workshop.model)["attention"]
    #expect(found?["positions"] == 0)
    for layer in found?["layers"]?.array ?? [] {
      #expect(layer["sink"] == nil)
      #expect(layer["activation"]?["largest"]?.double ?? 0 > 0)
    }
  }

  @Test(.enabled(if: ParityCheckpoints.isHere), arguments: ["gated_headwise", "gated_elementwise"])
  func `gates of gated attention`(name: String) throws {
    let model = try ParityCheckpoints.folder(name).path
    let found = try #require(
      try inspect("--attention", Self.pairs, "--model", model)["attention"])
    for layer in found["layers"]?.array ?? [] {
      let gates = try #require(layer["gates"])
      let histogram = try numbers(gates["histogram"])
      #expect(abs(histogram.reduce(0, +) - 1) < 1e-9)
      let mean = try numbers(gates["mean"])
      #expect(mean.allSatisfy { (0...1).contains($0) })
      // Mean gate · mass is no more than the mass, and no less than nothing.
      let sink = try numbers(layer["sink"])
      let gated = try numbers(gates["gated_sink"])
      for (sink, gated) in zip(sink, gated) { #expect((0...sink).contains(gated)) }
      #expect((0...1).contains(gates["query_dependence"]?.double ?? -1))
    }
  }

  // MARK: - Routing

  @Test(.enabled(if: ParityCheckpoints.isHere), arguments: ["qwen3_moe", "rmoe"])
  func `routing of a mixture of experts`(name: String) throws {
    let model = try ParityCheckpoints.folder(name).path
    let both = try inspect("--routing", Self.pairs, "--attention", Self.pairs, "--model", model)
    let routing = try #require(both["routing"])
    #expect(routing["texts"] == 480)
    #expect(routing["micro_batch"] == 8)
    let layers = try #require(routing["layers"]?.array)
    let chosen = try #require(routing["chosen"]?.double)
    for (index, layer) in layers.enumerated() {
      let share = try numbers(layer["share"])
      #expect(abs(share.reduce(0, +) - chosen) < 1e-9)
      let probability = try numbers(layer["probability"])
      #expect(abs(probability.reduce(0, +) - 1) < 1e-5)
      #expect((layer["recurrent"] != nil) == (name == "rmoe"))
      #expect((layer["information"] == nil) == (index == layers.count - 1))
      // All pairs of experts of so small a model.
      let experts = try #require(routing["experts"]?.int)
      #expect(layer["experts"]?["pairs"]?.int == experts * (experts - 1) / 2)
      #expect(layer["outputs"]?["tokens"]?.int ?? 0 >= 64)
    }
    try expectLikeness(layers, of: name)
    #expect(routing["subsets"]?.array?.count == 20)
    #expect(routing["prediction"]?["prompts"] == 240)
    // One pass tells the same as two.
    let alone = try inspect("--routing", Self.pairs, "--model", model)
    #expect(alone["routing"] == routing)
    let attention = try inspect("--attention", Self.pairs, "--model", model)
    #expect(attention["attention"] == both["attention"])
  }

  /// The experts' weights, against scipy (Tests/TareEngineTests/Fixtures/inspection_reference.py).
  private func expectLikeness(_ layers: [JSONValue], of name: String) throws {
    let file = projectFolder.appending(
      path: "Tests/TareEngineTests/Fixtures/inspection_reference.json")
    let root = try JSONValue(parsing: Array(Data(contentsOf: file)))
    let wanted = root["checkpoints"]?[name]?["routing"]?["likeness"]?.array ?? []
    #expect(wanted.count == layers.count)
    for (layer, wanted) in zip(layers, wanted) {
      let found = layer["experts"]
      func expectSame(_ found: JSONValue?, _ wanted: JSONValue?) {
        // Cosines of float32 sums over a few dozen numbers.
        #expect(abs((found?.double ?? 9) - (wanted?.double ?? 0)) < 1e-5)
      }
      expectSame(found?["gate_row"], wanted["gate_row"])
      for projection in ["w1", "w2", "w3"] {
        for figure in ["averaged", "reordered", "association"] {
          expectSame(found?[projection]?[figure], wanted[projection]?[figure])
        }
      }
    }
  }

  @Test(.enabled(if: ParityCheckpoints.isHere))
  func `a micro-batch of one text is a sequence, and one of all texts the input`() throws {
    let model = try ParityCheckpoints.folder("qwen3_moe").path
    func losses(_ size: String) throws -> JSONValue {
      let found = try inspect(
        "--routing", Self.pairs, "--model", model, "--micro-batch", size, "--expert-samples", "0",
        "--expert-pairs", "0")
      for layer in found["routing"]?["layers"]?.array ?? [] {
        #expect(layer["outputs"] == nil)
        #expect(layer["experts"]?["w1"]?["averaged"] != nil)
        #expect(layer["experts"]?["w1"]?["reordered"] == nil)
      }
      return try #require(found["routing"]?["balance"]?["mean"])
    }
    let (single, whole) = (try losses("1"), try losses("480"))
    func close(_ first: JSONValue?, _ second: JSONValue?) -> Bool {
      abs((first?.double ?? 0) - (second?.double ?? 9)) < 1e-9
    }
    #expect(close(single["micro_batch"], single["sequence"]))
    #expect(close(whole["micro_batch"], whole["global"]))
    #expect(close(single["sequence"], whole["sequence"]))
    // Stricter, the shorter the span (arXiv 2501.11873).
    #expect(whole["global"]?.double ?? 9 < whole["sequence"]?.double ?? 0)
  }

  @Test(.enabled(if: ParityCheckpoints.isHere))
  func `tables fit a terminal`() throws {
    let model = try ParityCheckpoints.folder("rmoe").path
    let result = try Program.run([
      "inspect", "--routing", Self.pairs, "--attention", Self.pairs, "--model", model,
    ])
    #expect(result.status == 0)
    let text = result.output
    #expect(text.contains("Routing of rmoe") && text.contains("Attention of rmoe"))
    for line in text.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
  }

  // MARK: - Refusals

  @Test func `what does not go is refused`() throws {
    let workshop = try Workshop(pairs: 1)
    let (model, pairs) = (workshop.model, workshop.pairs)
    let dense = try refusal("--routing", pairs, "--model", model)
    #expect(dense.status == 64)
    #expect(dense.error.contains("expected a mixture of experts"))
    #expect(try refusal("--attention", pairs).status == 64)
    #expect(try refusal("--attention", pairs, "--model", model, model).status == 64)
    #expect(try refusal(model, "--micro-batch", "4").error.contains("requires --routing"))
    for (option, value) in [
      ("--micro-batch", "0"), ("--expert-samples", "-1"), ("--expert-pairs", "-1"),
      ("--active-threshold", "nan"),
    ] {
      let refused = try refusal("--attention", pairs, "--model", model, "\(option)=\(value)")
      #expect(refused.status == 64)
      #expect(refused.error.contains(option), "\(refused.error)")
    }
    let implicit = try refusal(
      "--attention", pairs, "--model", model, "--reference", model)
    #expect(implicit.status == 64)
    let encoder = projectFolder.appending(
      path: "Tests/TareEngineTests/Fixtures/families/deberta"
    ).path
    #expect(try refusal("--routing", pairs, "--model", encoder).status != 0)
    let broken = try workshop.folder.file("broken.jsonl", Data(#"{"prompt": "a"}"#.utf8))
    #expect(try refusal("--attention", broken, "--model", model).status == 65)
  }
}
