import Foundation
import TareCore
import TareTesting
import Testing

/// `tare inspect` from outside, on tiny models.
@Suite struct InspectTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func family(_ name: String) -> String {
    projectFolder.appending(path: "Tests/TareEngineTests/Fixtures/families/\(name)").path
  }

  private func inspect(_ arguments: String...) throws -> (status: Int32, json: JSONValue) {
    let result = try Program.run(["inspect", "--json"] + arguments)
    return (result.status, try JSONValue(parsing: result.output))
  }

  /// "severity: what" of each finding.
  private func findings(_ json: JSONValue) -> [String] {
    (json["findings"]?.array ?? []).map {
      "\($0["severity"]?.string ?? ""): \($0["what"]?.string ?? "")"
    }
  }

  /// The tiny model with a reward head, another template, or a tensor that nothing knows.
  private func tiny(template: String? = nil, more: [String] = ["cls.output.weight"]) throws
    -> String
  {
    var builder = TinyModel.builder()
    if let template {
      builder.pairs.removeAll { $0.0 == "tokenizer.chat_template" }
      builder.pairs.append(("tokenizer.chat_template", 8, GGUFBuilder.string(template)))
    }
    for name in more {
      let shape = [UInt64(TinyModel.hidden), 1]
      builder.tensors.append((name, shape, 0, UInt64(builder.data.count)))
      for _ in 0..<TinyModel.hidden { builder.data += GGUFBuilder.bytes(Float(0.5).bitPattern) }
    }
    return try folder.file("tiny.gguf", Data(builder.file))
  }

  /// Checkpoints with tokenizers and templates; nil where they are not beside the project.
  private func parity(_ name: String) throws -> String? {
    let archive = sharedFolder.appending(path: "fixtures/parity.tar.gz")
    guard exists(archive) else { return nil }
    let unpack = try Process.run(
      URL(filePath: "/usr/bin/env"),
      arguments: ["tar", "xzf", archive.path, "-C", folder.url.path, "./\(name)"])
    unpack.waitUntilExit()
    try #require(unpack.terminationStatus == 0)
    return folder.path(name)
  }

  @Test func `numbers that no trained model has are named`() throws {
    var builder = TinyModel.builder()
    builder.tensors.append(
      ("cls.output.weight", [UInt64(TinyModel.hidden), 1], 0, UInt64(builder.data.count)))
    builder.data += [UInt8](repeating: 0, count: 4 * TinyModel.hidden)
    // Two numbers of the first tensor, the embeddings.
    builder.data.replaceSubrange(0..<4, with: GGUFBuilder.bytes(Float.nan.bitPattern))
    builder.data.replaceSubrange(8..<12, with: GGUFBuilder.bytes(Float.infinity.bitPattern))
    let (status, json) = try inspect(folder.file("odd.gguf", Data(builder.file)))
    #expect(status == 0)
    let warnings = findings(json).filter { $0.hasPrefix("warning: tensor") }
    #expect(warnings.count == 2, "\(warnings)")
    #expect(warnings.contains { $0.contains("2 numbers that are not finite") })
    #expect(warnings.contains { $0.contains("has only zeros") })
  }

  // MARK: - Whole outputs

  @Test func `a GGUF file with a head: every key`() throws {
    let (status, json) = try inspect(tiny())
    #expect(status == 0)
    #expect(
      json.object?.keys == [
        "name", "path", "format", "model_type", "family", "architectures", "layers", "hidden_size",
        "heads", "key_value_heads", "vocabulary_size", "context_length", "parameters", "stored",
        "memory", "language_model_head", "head", "unknown_tensors", "tokenizer", "read_rule",
        "read_rule_source", "pad", "eos", "bos", "template", "sample", "bos_policy", "sha256",
        "findings",
      ])
    #expect(json["name"] == "tiny.gguf")
    #expect(json["family"] == "llama")
    #expect(json["layers"] == 2)
    #expect(json["vocabulary_size"] == 260)
    #expect(json["context_length"] == 512)
    #expect(json["head"] == ["kind": "linear", "tensors": ["score.weight"], "outputs": 1])
    #expect(json["read_rule"] == "hf")
    #expect(json["pad"] == ["id": 2, "token": "<|im_end|>"])
    #expect(json["template"]?["lines"] == 3)
    #expect(json["template"]?["name"] == "default")
    #expect(
      json["bos_policy"] == ["tokenizer_adds": false, "template_writes": 1, "kept": 1])
    #expect(json["sha256"]?.string?.count == 64)
    // 260·64 + 2·(2·64 + 2·64·64 + 2·32·64 + 3·64·128) + 64 of the last norm + 64 of the head.
    #expect(json["parameters"] == 90_752)
    #expect(json["memory"]?["float32"] == 363_008)
    #expect(
      json["stored"] == [["type": "F32", "tensors": 21, "bytes": 363_008]])
  }

  @Test func `text for people is at most 80 columns wide`() throws {
    let result = try Program.run(["inspect", tiny()])
    #expect(result.status == 0)
    for line in result.output.split(separator: "\n") where !line.hasPrefix("path") {
      #expect(line.count <= 80, "\(line)")
    }
    for word in ["family", "reward head", "score position", "template", "SHA-256", "findings:"] {
      #expect(result.output.contains(word), "\(word)")
    }
  }

  // MARK: - Findings

  @Test func `no head is an error that says what can be done`() throws {
    let (status, json) = try inspect(tiny(more: []))
    #expect(status == 65)
    #expect(json["head"] == .null)
    #expect(json["language_model_head"] == "tied")
    #expect(json["sample"] != nil)
    let error = try #require(findings(json).first { $0.hasPrefix("error") })
    for way in ["--head FILE", "logit:TOKEN", "yes-no", "--reference"] {
      #expect(error.contains(way), "\(error)")
    }
  }

  @Test func `padding that is the end token is a warning where texts end with it`() throws {
    let template =
      "{% for m in messages %}{{ '<|im_start|>' + m['content'] + '<|im_end|>' }}{% endfor %}"
    let (status, json) = try inspect(tiny(template: template))
    #expect(status == 0)
    let ids = try #require(json["sample"]?["ids"]?.array)
    #expect(ids.last == 2)
    #expect(json["sample"]?["read_at"]?.int == ids.count - 2)
    #expect(json["sample"]?["read_token"]?["token"] == ".")
    #expect(
      findings(json).contains {
        $0.hasPrefix("warning: padding and end token are the same") && $0.contains("'.'")
      })
    let other = try inspect(tiny()).json
    #expect(findings(other).contains { $0.hasPrefix("note: padding and end token are the same") })
  }

  @Test func `tensors that nothing uses are listed`() throws {
    let (status, json) = try inspect(tiny(more: ["cls.output.weight", "gating.weight"]))
    #expect(status == 0)
    #expect(json["unknown_tensors"] == ["gating.weight"])
    #expect(findings(json).contains("warning: 1 unused tensor: gating.weight"))
  }

  @Test func `a template that is no Jinja is an error, and the rest is described`() throws {
    let (status, json) = try inspect(tiny(template: "{% for %}"))
    #expect(status == 65)
    #expect(json["template"]?["first_lines"] == ["{% for %}"])
    #expect(json["head"]?["outputs"] == 1)
    #expect(json["tokenizer"]?["tokens"] == 260)
    #expect(
      findings(json).contains { $0.hasPrefix("error: chat template") && $0.contains("line 1") })
  }

  @Test func `a template that writes the date or refuses system messages is noted`() throws {
    let template = """
      {% if messages[0]['role'] == 'system' %}{{ raise_exception('no system') }}{% endif %}
      {{ strftime_now('%Y') }}{% for m in messages %}{{ m['content'] }}{% endfor %}
      """
    let (status, json) = try inspect(tiny(template: template))
    #expect(status == 0)
    #expect(json["template"]?["uses_date"] == true)
    #expect(findings(json).contains { $0.hasPrefix("note: the template prints the date") })
    #expect(
      findings(json).contains { $0.hasPrefix("note: the template rejects system messages") })
  }

  @Test(arguments: [
    ("head_summary", "note: lm_head.weight is present besides the reward head"),
    ("head_prefix", "note: the configuration has OpenRLHF's mean 1.5 and std 2.25"),
    ("head_score_3_labels", "warning: the head has 3 outputs: choose one with --output-index"),
    ("fp8", "note: weights are stored as float8"),
    ("llama_no_pad", "note: weights are stored as F16"),
    ("lm_llama", "error: no reward head"),
    ("lm_qwen3_tied", "a language model whose head is the embedding"),
    ("llama", "error: folder: expected …, found neither tokenizer.json"),
    ("llama", "error: chat template: expected …, found none"),
  ])
  func `what the fixtures have is found`(name: String, finding: String) throws {
    let (status, json) = try inspect(family(name))
    // They have no tokenizers.
    #expect(status == 65)
    #expect(json["layers"] != nil)
    #expect(json["sha256"] != nil)
    #expect(findings(json).contains { $0.shows(finding) }, "\(findings(json))")
  }

  @Test func `shards, experts and adapters are counted`() throws {
    #expect(try inspect(family("sharded")).json["shards"] == 3)
    let mixture = try inspect(family("qwen3_moe")).json
    #expect(mixture["experts"] == 5)
    #expect(mixture["experts_active"] == 2)
    let adapter = try inspect(family("lora/plain")).json
    #expect(adapter["adapter"]?["rank"] == 4)
    #expect(adapter["adapter"]?["changes"]?.array?.count == 4)
    #expect(adapter["adapter"]?["replaces"] == ["score.weight"])
  }

  @Test func `a folder of Python pickles is described by its configuration`() throws {
    let config = try Data(contentsOf: URL(filePath: family("llama") + "/config.json"))
    _ = try folder.file("config.json", config)
    _ = try folder.file("pytorch_model.bin", Data())
    let (status, json) = try inspect(folder.url.path)
    #expect(status == 65)
    #expect(json["family"] == "llama")
    #expect(json["hidden_size"] == 32)
    #expect(findings(json).contains { $0.contains("Python pickles") })
  }

  @Test func `a missing tensor is an error with its name`() throws {
    let config = try String(contentsOfFile: family("llama") + "/config.json", encoding: .utf8)
    _ = try folder.file(
      "config.json",
      Data(config.replacing("\"num_hidden_layers\": 2", with: "\"num_hidden_layers\": 3").utf8))
    let weights = try Data(contentsOf: URL(filePath: family("llama") + "/model.safetensors"))
    _ = try folder.file("model.safetensors", weights)
    let json = try inspect(folder.url.path).json
    #expect(
      findings(json).contains { $0.hasPrefix("error") && $0.contains("model.layers.2.") },
      "\(findings(json))")
  }

  // MARK: - Checkpoints with tokenizers

  @Test func `a process reward model is read at its steps`() throws {
    guard let model = try parity("qwen2_prm") else { return }
    let (status, json) = try inspect(model)
    #expect(status == 0)
    #expect(json["read_rule"] == "step:151936:min")
    #expect(json["read_rule_source"] == "from 'step_token' in config.json")
    #expect(json["sample"]?["read_token"]?["token"] == "<extra_0>")
    #expect(json["head"]?["outputs"] == 2)
    #expect(!findings(json).contains { $0.contains("outputs") })
  }

  @Test func `one BOS is kept of two, and a missing part does not hide the rest`() throws {
    guard let model = try parity("rmoe") else { return }
    let (status, json) = try inspect(model)
    #expect(status == 0)
    #expect(json["bos_policy"] == ["tokenizer_adds": true, "template_writes": 1, "kept": 1])
    #expect(findings(json).contains { $0.hasPrefix("note: template and tokenizer would both") })
    #expect(findings(json).contains { $0.hasPrefix("warning: padding and end token") })

    try FileManager.default.removeItem(atPath: model + "/chat_template.jinja")
    let bare = try inspect(model)
    #expect(bare.status == 65)
    #expect(bare.json["tokenizer"]?["tokens"] == 32000)
    #expect(bare.json["template"] == .null)
    #expect(
      findings(bare.json).contains { $0.begins("error: chat template: expected …, found none") })

    _ = try Data("{".utf8).write(to: URL(filePath: model + "/tokenizer.json"))
    let damaged = try inspect(model)
    #expect(damaged.status == 65)
    #expect(damaged.json["tokenizer"] == .null)
    #expect(damaged.json["experts"] == 6)
  }

  @Test func `a family that is not known, or no configuration, does not hide the rest`() throws {
    guard let model = try parity("llama3") else { return }
    let file = URL(filePath: model + "/config.json")
    let config = try String(contentsOf: file, encoding: .utf8)
    try Data(config.replacing("\"llama\"", with: "\"jamba\"").utf8).write(to: file)
    let (status, json) = try inspect(model)
    #expect(status == 65)
    #expect(findings(json).contains { $0.contains("found 'jamba'") })
    #expect(json["head"]?["tensors"] == ["score.weight"])
    #expect(json["template"]?["lines"] == 110)

    try Data("{".utf8).write(to: file)
    let bare = try inspect(model)
    #expect(bare.status == 65)
    #expect(bare.json["family"] == nil)
    #expect(bare.json["tokenizer"]?["tokens"] == 128256)
    #expect(bare.json["template"]?["name"] == "default")
  }

  // MARK: - Usage

  @Test func `exit codes and messages`() throws {
    let missing = try Program.run(["inspect", folder.path("none")])
    #expect(missing.status == 65)
    #expect(missing.error.contains("no such file or folder"))
    let template = try Program.run(["inspect", tiny(), "--template", "none"])
    #expect(template.status == 64)
    #expect(template.error.contains("or one of the model's (default)"))
    #expect(try Program.run(["inspect"]).status == 64)
    let help = try Program.run(["inspect", "--help"])
    #expect(help.output.contains("tare inspect --routing pairs.jsonl"))
  }
}
