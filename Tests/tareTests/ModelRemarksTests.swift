/// What the program says of a model beside its scores: remarks, findings, and where a fault is.
import Foundation
import TareCore
import TareTesting
import Testing

@Suite struct ModelRemarksTests {
  private let folder: TemporaryFolder
  private let input: String

  init() throws {
    folder = try TemporaryFolder()
    let rows = """
      {"id": "a", "prompt": "What is two and two?", "response": "Four."}
      {"id": "b", "prompt": "Name a colour", "response": "Blau — für mich"}

      """
    input = try folder.file("input.jsonl", Data(rows.utf8))
  }

  /// A copy of a fixture's folder, to be changed.
  private func copy(_ path: String) throws -> String {
    let source = projectFolder.appending(path: "Tests/\(path)")
    let target = folder.url.appending(path: source.lastPathComponent)
    try FileManager.default.copyItem(at: source, to: target)
    return target.path
  }

  private func set(_ key: String, _ value: JSONValue, in file: String) throws {
    let url = URL(filePath: file)
    var object = try JSONValue(parsing: Array(Data(contentsOf: url))).object ?? [:]
    object[key] = value
    try Data(JSONValue.object(object).text().utf8).write(to: url)
  }

  private func findings(_ arguments: String...) throws -> [String] {
    let result = try Program.run(["inspect", "--json"] + arguments)
    return (try JSONValue(parsing: result.output)["findings"]?.array ?? []).map {
      "\($0["severity"]?.string ?? ""): \($0["what"]?.string ?? "")"
    }
  }

  private func scores(_ result: Program.Result) throws -> [Double] {
    try result.output.split(separator: "\n").map { line in
      try #require(JSONValue(parsing: String(line))["score"]?.double)
    }
  }

  @Test func `raw scores of a CrossEncoder are said to be raw, once, until it is chosen`() throws {
    let model = try copy("TareScoringTests/Fixtures/rerankers/classifier")
    let raw = try Program.run(["score", input, "--model", model])
    #expect(raw.error.components(separatedBy: "warning: CrossEncoder: scores are raw").count == 2)
    let published = try Program.run(["score", input, "--model", model, "--activation", "model"])
    #expect(!published.error.contains("note:"), "\(published.error)")
    for (raw, published) in try zip(scores(raw), scores(published)) {
      #expect(abs(published - 1 / (1 + exp(-raw))) < 1e-6)
    }
    #expect(try scores(raw).count == 2)
    let found = try findings(model)
    #expect(found.contains { $0.hasPrefix("note:") && $0.contains("--activation model") })
  }

  @Test func `OpenRLHF's normalisation is an option, and inspect tells of it`() throws {
    let model = try copy("TareScoringTests/Fixtures/rerankers/value_head")
    let usage = try Program.run(["score", input, "--model", model, "--normalize-reward"])
    #expect(usage.status == 64 && usage.error.contains("'mean'"), "\(usage.error)")
    try set("mean", 0.5, in: model + "/config.json")
    try set("std", 2.0, in: model + "/config.json")
    let raw = try scores(Program.run(["score", input, "--model", model]))
    let normalised = try scores(
      Program.run(["score", input, "--model", model, "--normalize-reward"]))
    #expect(raw.count == 2 && normalised.count == 2)
    for (raw, normalised) in zip(raw, normalised) {
      #expect(abs(normalised - (raw - 0.5) / 2) < 1e-6)
    }
    #expect(try findings(model).contains { $0.contains("--normalize-reward") })
  }

  @Test func `inspect finds a value head beside a language model`() throws {
    let model = try copy("TareScoringTests/Fixtures/rerankers/value_head")
    let result = try Program.run(["inspect", "--json", model])
    #expect(result.status == 0, "\(result.output)")
    let json = try JSONValue(parsing: result.output)
    #expect(json["head"]?["kind"] == "linear")
    #expect(json["head_file"]?.string?.hasSuffix("value_head.safetensors") == true)
  }

  @Test func `inspect tells what a CrossEncoder of logits reads`() throws {
    let model = try copy("TareScoringTests/Fixtures/rerankers/logits")
    let result = try Program.run(["inspect", "--json", model])
    #expect(result.status == 0, "\(result.output)")
    let json = try JSONValue(parsing: result.output)
    #expect(json["head"]?["kind"] == "token")
    #expect(json["reranker"]?["tokens"] == [261, 262])
    #expect(json["read_rule"] == "last")
    #expect(json["sample"]?["text"]?.string?.contains("query\nHi") == true)
  }

  @Test func `a fault in the weights is not laid at the input's door`() throws {
    let model = try copy("TareScoringTests/Fixtures/rerankers/classifier")
    try set("num_hidden_layers", 3, in: model + "/config.json")
    let result = try Program.run(["score", input, "--model", model])
    #expect(result.status == 65)
    #expect(!result.error.contains("input.jsonl"), "\(result.error)")
    #expect(result.error.contains("model.layers.2."), "\(result.error)")
  }

  @Test func `an adapter on another base than it names is a finding`() throws {
    let adapter = try copy("TareEngineTests/Fixtures/families/lora/pissa")
    let base = try copy("TareEngineTests/Fixtures/families/lora/base")
    #expect(try !findings(adapter, "--base", base).contains { $0.contains("names the base") })
    try set("base_model_name_or_path", "someone/other-7b", in: adapter + "/adapter_config.json")
    #expect(
      try findings(adapter, "--base", base).contains {
        $0.hasPrefix("warning:") && $0.contains("'someone/other-7b'")
      })
  }
}
