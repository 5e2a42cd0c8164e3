/// Folders in Hugging Face layout that are damaged or incomplete.
import Foundation
import TareCore
import TareEngine
import TareTesting
import Testing

@Suite struct ModelFolderTests {
  private let folder: TemporaryFolder
  private let index: URL

  /// A copy of the sharded fixture, to be damaged.
  init() throws {
    folder = try TemporaryFolder()
    let source = FamilyCase.root.appending(path: "sharded")
    for name in try FileManager.default.contentsOfDirectory(atPath: source.path) {
      try FileManager.default.copyItem(
        at: source.appending(path: name), to: folder.url.appending(path: name))
    }
    index = folder.url.appending(path: "model.safetensors.index.json")
  }

  private func refusal() -> String {
    do {
      _ = try ModelWeights(folder.url).body(threads: 1)
      return "nothing was refused"
    } catch {
      #expect(error.exitCode == 65)
      return error.description
    }
  }

  private func edit(_ change: (inout JSONObject) -> Void) throws {
    let value = try JSONValue(parsing: Array(Data(contentsOf: index)))
    var object = value.object ?? [:]
    var map = object["weight_map"]?.object ?? [:]
    change(&map)
    object["weight_map"] = .object(map)
    try Data(JSONValue.object(object).text().utf8).write(to: index)
  }

  @Test func `as it is, it loads`() throws {
    #expect(throws: Never.self) { try ModelWeights(folder.url).body(threads: 1) }
  }

  @Test func `a shard that is missing is named`() throws {
    try FileManager.default.removeItem(
      at: folder.url.appending(path: "model-00002-of-00003.safetensors"))
    #expect(refusal().contains("model-00002-of-00003.safetensors"))
  }

  @Test func `a tensor that the index names and no shard holds is named`() throws {
    try edit { $0["model.layers.9.self_attn.q_proj.weight"] = "model-00001-of-00003.safetensors" }
    let text = refusal()
    #expect(text.contains("'model.layers.9.self_attn.q_proj.weight'"), "\(text)")
    #expect(text.contains("model-00001-of-00003.safetensors"), "\(text)")
  }

  @Test(arguments: ["../other.safetensors", "/etc/passwd", "..", ""])
  func `a shard outside the folder is refused`(name: String) throws {
    try edit { $0[$0.keys[0]] = .string(name) }
    #expect(refusal().contains("a file beside the index"))
  }

  @Test func `an index without a map, and one that is no JSON, are refused`() throws {
    try Data("{}".utf8).write(to: index)
    #expect(refusal().contains("weight_map"))
    try Data("{".utf8).write(to: index)
    #expect(refusal().contains("model.safetensors.index.json"))
  }

  @Test func `pickled weights are not read, and it says what to do`() throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
    where name.contains("safetensors") {
      try FileManager.default.removeItem(at: folder.url.appending(path: name))
    }
    #expect(refusal().contains("model.safetensors"))
    _ = try folder.file("pytorch_model.bin", Data([0x80]))
    let text = refusal()
    #expect(text.contains("pytorch_model.bin") && text.contains("save_pretrained"), "\(text)")
  }

  @Test(arguments: [
    ("num_hidden_layers", JSONValue.int(9), "model.layers.2."),
    ("num_hidden_layers", 1, "does not use"), ("hidden_size", 24, "shape"),
    ("vocab_size", 7, "embed_tokens"), ("num_attention_heads", 0, "num_attention_heads"),
    ("num_key_value_heads", 3, "key-value heads"), ("head_dim", 7, "head size"),
    ("intermediate_size", -1, "intermediate_size"), ("hidden_act", "mish", "mish"),
    ("model_type", "mamba", "mamba"),
    ("rope_scaling", JSONValue.object(["rope_type": "spiral"]), "spiral"),
    ("rms_norm_eps", 0, "rms_norm_eps"), ("hidden_size", .null, "hidden_size"),
  ])
  func `a configuration that the tensors do not have, or that is not known, is refused`(
    key: String, value: JSONValue, mention: String
  ) throws {
    let file = folder.url.appending(path: "config.json")
    var config = try JSONValue(parsing: Array(Data(contentsOf: file))).object ?? [:]
    config[key] = value
    if key == "rope_scaling" { config["rope_parameters"] = nil }
    try Data(JSONValue.object(config).text().utf8).write(to: file)
    let text = refusal()
    #expect(text.contains(mention), "\(text)")
    #expect(text.contains(folder.url.lastPathComponent), "\(text)")
  }

  @Test func `a folder without config.json, and no folder at all, are named`() throws {
    try FileManager.default.removeItem(at: folder.url.appending(path: "config.json"))
    #expect(refusal().contains("config.json"))
    let error = #expect(throws: TareError.self) {
      try ModelWeights(folder.url.appending(path: "nowhere"))
    }
    #expect(error?.description.contains("nowhere") == true)
  }
}
