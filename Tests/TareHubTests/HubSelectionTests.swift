/// Which files of a model a pull fetches.
import Foundation
import TareCore
import TareHub
import TareTesting
import Testing

@Suite(.timeLimit(.minutes(1))) struct HubSelectionTests {
  private let folder: TemporaryFolder
  private let hubs = HubKeeper()

  init() throws { folder = try TemporaryFolder() }

  private func pull(
    _ names: [String], includes: [String] = [], excludes: [String] = []
  ) async throws -> [String] {
    var model = HubRepository()
    for name in names { model.add(name, name) }
    let hub = try LoopbackHub(model)
    hubs.keep(hub)
    let settings = try HubSettings(
      environment: ["HF_ENDPOINT": hub.url, "HF_HOME": folder.url.path])
    return try await HubPull(model.id, includes: includes, excludes: excludes, settings).run()
      .files.map(\.name)
  }

  private func error(
    _ names: [String], includes: [String] = [], excludes: [String] = []
  ) async throws -> TareError {
    try #require(
      await #expect(throws: TareError.self) {
        try await pull(names, includes: includes, excludes: excludes)
      })
  }

  @Test func `what scoring needs is fetched and no more`() async throws {
    let needed = [
      "adapter_config.json", "adapter_model.safetensors", "added_tokens.json",
      "additional_chat_templates/tool.jinja", "chat_template.jinja", "chat_templates/rag.jinja",
      "config.json", "generation_config.json", "merges.txt", "model-00001-of-00002.safetensors",
      "model-00002-of-00002.safetensors", "model.safetensors.index.json",
      "special_tokens_map.json", "spm.model", "tokenizer.json", "tokenizer.model",
      "tokenizer_config.json", "value_head.safetensors", "vocab.json", "vocab.txt",
    ]
    let others = [
      ".gitattributes", "README.md", "consolidated.safetensors", "checkpoint-1/model.safetensors",
      "model.Q4_K_M.gguf", "onnx/config.json", "original/consolidated.00.pth", "params.json",
      "pytorch_model.bin", "pytorch_model.bin.index.json", "tf_model.h5", "training_args.bin",
      ".hidden.safetensors", "chat_templates/deep/rag.jinja",
    ]
    #expect(try await pull((needed + others).sorted()) == needed)
  }

  @Test func `weights in Mistral's layout are fetched where there are no others`() async throws {
    #expect(
      try await pull(["consolidated.safetensors", "config.json"])
        == ["consolidated.safetensors", "config.json"])
  }

  @Test func `included patterns stand in the place of the usual ones`() async throws {
    let names = ["a.gguf", "config.json", "q/b.Q4.gguf", "q/c.Q8.gguf", "model.safetensors"]
    #expect(
      try await pull(names, includes: ["*.gguf"]) == ["a.gguf", "q/b.Q4.gguf", "q/c.Q8.gguf"])
    #expect(
      try await pull(names, includes: ["q/", "config.json"], excludes: ["*Q8*"])
        == ["config.json", "q/b.Q4.gguf"])
    #expect(try await pull(names, excludes: ["*.json"]) == ["model.safetensors"])
  }

  @Test func `patterns that leave nothing are an error that names files`() async throws {
    let found = try await error(["config.json", "model.safetensors"], includes: ["*.ggut"])
    #expect(found.exitCode == 64)
    #expect(found.description.contains("none of the 2 files"))
    #expect(found.description.contains("config.json, model.safetensors"))
  }

  @Test func `pickled weights are refused, with what to do`() async throws {
    let found = try await error(["config.json", "pytorch_model.bin"])
    #expect(found.exitCode == 65)
    for part in ["pickle", "pytorch_model.bin", "--revision refs/pr/N", "save_pretrained"] {
      #expect(found.description.contains(part), "\(found)")
    }
    #expect(!exists(folder.url.appending(path: "hub")))
  }

  @Test func `a repository of GGUF files asks for one of them`() async throws {
    let found = try await error(["README.md", "x.Q4_0.gguf", "x.Q8_0.gguf"])
    #expect(found.exitCode == 65)
    #expect(found.description.contains("--include 'x.Q4_0.gguf'"))
    #expect(try await error(["README.md"]).description.contains("no weights (README.md)"))
    #expect(try await error([]).description.contains("no files"))
  }
}
