import Foundation
import TareCalibration
import TareCore
import TareEngine
import TareEvaluation
import TareFormats
import TareRemote
import TareReport
import TareScoring
import TareServer
import TareStore
import TareTemplates
import TareTesting
import TareTokenizers
import Testing

/// Walks every registry: keys are unique and plain, every entry says what it is, and every entry is
/// run on a fixture of its own (benchmarks in BenchmarksTests). An entry that was added without a
/// fixture fails.
@Suite struct RegistryRulesTests {
  /// Kind, and key and summary of each entry.
  static let registries: [(kind: String, help: [(key: String, summary: String)])] = [
    (Architectures.registry.kind, Architectures.registry.help),
    (RewardHeads.registry.kind, RewardHeads.registry.help),
    (WeightFormats.registry.kind, WeightFormats.registry.help),
    (Quantizations.registry.kind, Quantizations.registry.help),
    (TokenizerModels.registry.kind, TokenizerModels.registry.help),
    (Normalizers.registry.kind, Normalizers.registry.help),
    (PreTokenizers.registry.kind, PreTokenizers.registry.help),
    (PostProcessors.registry.kind, PostProcessors.registry.help),
    (TokenDecoders.registry.kind, TokenDecoders.registry.help),
    (RemoteEngines.registry.kind, RemoteEngines.registry.help),
    (ChatProtocols.registry.kind, ChatProtocols.registry.help),
    (DecisionProtocols.registry.kind, DecisionProtocols.registry.help),
    (OptionLayouts.registry.kind, OptionLayouts.registry.help),
    (LetterLayouts.registry.kind, LetterLayouts.registry.help),
    (FileFormats.registry.kind, FileFormats.registry.help),
    ("row layout", RowLayouts.help), ("score layout", ScoreLayouts.help),
    (OutputFormats.registry.kind, OutputFormats.registry.help),
    (TextCovariates.registry.kind, TextCovariates.registry.help),
    (Calibrators.registry.kind, Calibrators.registry.help),
    (Benchmarks.registry.kind, Benchmarks.registry.help),
    (ReportSections.registry.kind, ReportSections.registry.help),
    (WireProtocols.registry.kind, WireProtocols.registry.help),
  ]

  @Test(arguments: registries.indices)
  func `keys are unique and plain, and every entry says what it is`(index: Int) {
    let registry = Self.registries[index]
    #expect(!registry.help.isEmpty, "\(registry.kind)")
    #expect(Set(registry.help.map(\.key)).count == registry.help.count, "\(registry.kind)")
    for (key, summary) in registry.help {
      #expect(key.wholeMatch(of: /[a-z0-9][a-z0-9_-]*/) != nil, "\(registry.kind) '\(key)'")
      #expect(summary.count > 10 && !summary.contains("\n"), "\(registry.kind) '\(key)'")
    }
  }

  @Test func `an unknown key is a usage error that lists all keys`() {
    let error = #expect(throws: TareError.self) { try Calibrators.registry.entry(for: "none") }
    #expect(error?.exitCode == 64)
    for key in Calibrators.registry.keys { #expect(error?.description.contains(key) == true) }
  }

  @Test(arguments: [
    ("calibrate", Calibrators.registry.keys), ("evaluate", Benchmarks.registry.keys),
    ("calibrate", TextCovariates.registry.keys), ("evaluate", TextCovariates.registry.keys),
    ("rank", OutputFormats.registry.keys), ("score", FileFormats.registry.keys),
    ("serve", WireProtocols.registry.help.map(\.summary)),
    ("score", RemoteEngines.registry.keys), ("serve", RemoteEngines.registry.help.map(\.summary)),
    ("judge", ChatProtocols.registry.help.map(\.summary)),
    ("decide", DecisionProtocols.registry.help.map(\.summary)),
    ("judge", ["rating", "rating-explained", "pair", "pair-explained", "best", "best-explained"]),
  ])
  func `the help text of a command names all that it can be asked for`(
    command: String, names: [String]
  ) throws {
    let help = try Program.run([command, "--help"]).output
    // Help is wrapped to the terminal's width.
    let text = help.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    for name in names { #expect(text.contains(name), "\(command) --help: \(name)") }
  }

  // MARK: - One fixture for each entry

  private let folder = Result { try TemporaryFolder() }

  private func tinyModel() throws -> WeightFile {
    try WeightFile(URL(filePath: folder.get().file("tiny.gguf", TinyModel.gguf())))
  }

  private func tinyHead() throws -> WeightFile {
    try WeightFile(URL(filePath: folder.get().file("head.safetensors", TinyModel.head())))
  }

  /// The tiny checkpoints of Fixtures/families, one for each key; what they compute is tested there.
  private func family(_ name: String) throws -> ModelWeights {
    try ModelWeights(
      projectFolder.appending(path: "Tests/TareEngineTests/Fixtures/families/\(name)"))
  }

  @Test func `every head layout of decision models opens its model`() throws {
    let names = [
      "laya": "laya", "wev": "wev-set", "opendecider": "opendecider", "nano-jev": "cyber-jev",
      "decision-tune": "decision-tune", "strands": "strands", "open-jev": "open-jev",
    ]
    for key in OptionLayouts.registry.keys {
      let name = try #require(names[key], "no fixture for the head layout \(key)")
      let folder = projectFolder.appending(path: "Tests/TareScoringTests/Fixtures/layouts/\(name)")
      var options = DecisionModel.Options(
        threads: 1, date: try CalendarDate(parsing: "2026-11-30"))
      if key == "strands" { options.base = folder.appending(path: "base") }
      let model = try DecisionModel(folder, options)
      #expect(model.hasOwnTemplate && !model.readsLabels && !model.isJoint, "\(key)")
    }
  }

  @Test func `every quantization loads its model`() throws {
    let names = [
      "gptq": "quant_gptq4", "awq": "quant_awq", "compressed-tensors": "quant_ct_int4",
      "bitsandbytes": "quant_bnb_nf4", "fp8": "quant_fp8_deepseek_v3", "mxfp4": "quant_gpt_oss",
      "modelopt": "quant_modelopt_nvfp4", "torchao": "quant_torchao_int4", "mlx": "quant_mlx4",
    ]
    for key in Quantizations.registry.keys {
      let name = try #require(names[key], "no fixture for the quantization \(key)")
      let model = try family(name)
      #expect(model.isQuantised)
      let states = try model.body(threads: 1).hiddenStates([[3, 4, 5]], at: [[2]])
      #expect(states[0][0].allSatisfy { $0.isFinite })
    }
  }

  @Test func `every architecture loads its model`() throws {
    let names = [
      "llama": "llama", "mistral": "mistral_window", "qwen2": "qwen2", "qwen3": "qwen3",
      "qwen3_moe": "qwen3_moe", "gemma": "gemma", "gemma2": "gemma2", "gemma3_text": "gemma3_text",
      "phi3": "phi3", "internlm2": "internlm2", "olmo2": "olmo2", "llama_moe_rnn": "rmoe_gru",
      "gpt_neox": "gpt_neox", "deberta-v2": "deberta", "ministral": "ministral",
      "ministral3": "ministral3", "seed_oss": "seed_oss", "smollm3": "smollm3", "olmo": "olmo",
      "olmo3": "olmo3", "granite": "granite", "glm": "glm", "glm4": "glm4", "cohere": "cohere",
      "cohere2": "cohere2", "starcoder2": "starcoder2", "stablelm": "stablelm",
      "nemotron": "nemotron", "exaone4": "exaone4", "hunyuan_v1_dense": "hunyuan_v1_dense",
      "arcee": "arcee", "helium": "helium", "falcon": "falcon", "gpt2": "gpt2",
      "gpt_bigcode": "gpt_bigcode", "gptj": "gptj", "gpt_neo": "gpt_neo", "opt": "opt",
      "phi": "phi", "persimmon": "persimmon", "mixtral": "mixtral", "qwen2_moe": "qwen2_moe",
      "olmoe": "olmoe", "phimoe": "phimoe", "granitemoe": "granitemoe", "deepseek": "deepseek",
      "deepseek_v2": "deepseek_v2", "deepseek_v3": "deepseek_v3", "mistral4": "mistral4",
      "qwen3_next": "qwen3_next", "qwen3_5_text": "qwen3_5",
      "glm4_moe": "glm4_moe",
      "gpt_oss": "gpt_oss", "bert": "bert", "roberta": "roberta", "xlm-roberta": "xlm_roberta",
      "distilbert": "distilbert", "electra": "electra", "modernbert": "modernbert",
      "bloom": "bloom", "mpt": "mpt", "deberta": "deberta_first", "camembert": "camembert",
      "data2vec-text": "data2vec_text", "t5": "t5", "gemma4_text": "gemma4_text",
      "albert": "albert", "ernie": "ernie", "megatron-bert": "megatron_bert",
      "roberta-prelayernorm": "roberta_prelayernorm", "xlm-roberta-xl": "xlm_roberta_xl",
      "gte": "gte", "eurobert": "eurobert", "gemma4_unified_text": "gemma4_unified",
      "ernie4_5": "ernie4_5", "dots1": "dots1", "hunyuan_v1_moe": "hunyuan_v1_moe",
    ]
    for key in Architectures.registry.keys {
      let name = try #require(names[key], "no fixture for the architecture \(key)")
      let model = try family(name)
      #expect(try Architectures.family(named: model.config).key == key)
      let states = try model.body(threads: 1).hiddenStates([[3, 4, 5]], at: [[2]])
      #expect(states[0][0].allSatisfy { $0.isFinite })
    }
  }

  @Test func `every reward head loads from its file`() throws {
    let names = [
      "linear": "head_score_bias", "mlp": "head_score_mlp", "normalised": "head_beaver_reward",
      "pooled": "deberta", "token": "lm_llama", "gated": "head_armo", "weighted": "head_urm",
      "distribution": "head_ldl",
    ]
    for kind in RewardHeads.registry.entries {
      let name = try #require(names[kind.key], "no fixture for the head \(kind.key)")
      let model = try family(name)
      let context = HeadContext(
        hiddenSize: try model.size().hiddenSize, config: model.config,
        tokens: kind.key == "token" ? [1, 2] : [])
      let head = try loadRewardHead(WeightReader(model), context)
      #expect(type(of: head) == kind, "\(name)")
      let width = kind.key == "gated" ? 2 * context.hiddenSize : context.hiddenSize
      let outputs = head.outputs(Array(repeating: 1, count: width))
      #expect(outputs.allSatisfy { $0.isFinite })
      #expect(!head.tensors.isEmpty)
    }
  }

  @Test func `every weight format knows its own files and no others`() throws {
    let files = ["gguf": try tinyModel(), "safetensors": try tinyHead()]
    for key in WeightFormats.registry.keys {
      let file = try #require(files[key], "no fixture for the weight format \(key)")
      let found = WeightFormats.registry.entries.filter { $0.recognises(file.file.bytes) }
      #expect(found.map { $0.key } == [key])
    }
  }

  @Test func `every tokenizer model encodes`() throws {
    let options = #""unk_token": "?""#
    let fuse = #""decoder": {"type": "Fuse"}"#
    let files = [
      "unigram": #"{"type": "Unigram", "unk_id": 0, "vocab": [["?", 0], ["ab", -1]]}"#,
      "wordpiece":
        #"{"type": "WordPiece", \#(options), "continuing_subword_prefix": "", "vocab": {"?": 0, "a": 1, "b": 2}}"#,
      "wordlevel": #"{"type": "WordLevel", \#(options), "vocab": {"?": 0, "ab": 1}}"#,
    ]
    var tokenizers = ["bpe": try Tokenizer(Vocabulary(ggufMetadata: tinyModel().metadata))]
    for (key, model) in files {
      tokenizers[key] = try Tokenizer(
        json: Array(#"{"model": \#(model), \#(fuse)}"#.utf8), config: nil)
    }
    tokenizers["scored-bpe"] = try Tokenizer(
      Vocabulary(
        model: "llama", pre: "", tokens: ["?", "a", "b", "ab", "▁", "▁ab"],
        types: [2, 1, 1, 1, 1, 1], merges: [], scores: [0, -3, -4, -1, -5, -2]))
    for key in TokenizerModels.registry.keys {
      let tokenizer = try #require(tokenizers[key], "no fixture for the tokenizer \(key)")
      let ids = try tokenizer.encode("ab", addSpecialTokens: false)
      #expect(try tokenizer.decode(ids, skipSpecialTokens: false) == "ab")
    }
  }

  /// The kinds of part of tokenizer.json, the types in each one's registry, and the file with
  /// references that has all of them.
  @Test func `every part of tokenizer.json has a reference`() throws {
    let folder = projectFolder.appending(path: "Tests/TareTokenizersTests/Fixtures")
    func text(_ name: String) throws -> String {
      String(decoding: try Data(contentsOf: folder.appending(path: name)), as: UTF8.self)
    }
    let parts = try JSONValue(parsing: text("parts.json"))
    let kinds = [
      ("normalizers", Normalizers.registry.keys), ("pre_tokenizers", PreTokenizers.registry.keys),
      ("decoders", TokenDecoders.registry.keys),
    ]
    for (kind, keys) in kinds {
      let found = try #require(parts[kind]?.array).compactMap { $0["part"]?["type"]?.string }
      #expect(Set(found.map { $0.lowercased() }) == Set(keys), "\(kind)")
    }
    let whole = try text("tokenizers.json")
    for kind in PostProcessors.registry.entries {
      #expect(whole.contains(#""type":"\#(kind.typeName)""#), "post-processor \(kind.typeName)")
    }
  }

  @Test func `every remote engine reads the reply to its own request`() throws {
    let replies = [
      "openrlhf": #"{"rewards": [1.5, -2]}"#,
      "vllm": #"{"data": [{"index": 1, "probs": [-2]}, {"index": 0, "probs": [1.5]}]}"#,
      "sglang": #"[{"embedding": [1.5], "meta_info": {}}, {"embedding": [-2], "meta_info": {}}]"#,
      "llamafactory": #"{"scores": [1.5, -2]}"#,
      "infinity":
        #"{"results": [{"index": 1, "relevance_score": -2}, {"index": 0, "relevance_score": 1.5}]}"#,
      "llamacpp":
        #"{"results": [{"index": 1, "relevance_score": -2}, {"index": 0, "relevance_score": 1.5}]}"#,
      "tei": #"[[{"score": 1.5, "label": "LABEL_0"}], [{"score": -2, "label": "LABEL_0"}]]"#,
    ]
    for kind in RemoteEngines.registry.entries {
      let reply = try #require(replies[kind.key], "no fixture for the engine \(kind.key)")
      #expect(
        kind.request(for: [RemoteText("a"), RemoteText("b")], model: "m").object?.isEmpty == false)
      let rewards = try kind.rewards(in: JSONValue(parsing: reply))
      #expect(rewards == [.double(1.5), .int(-2)])
    }
  }

  @Test func `every file format is recognised by content`() throws {
    let texts = [
      "jsonl": "{\"score\": 1, \"length\": 2}\n{\"score\": 2, \"length\": 3}\n",
      "json": "[{\"score\": 1, \"length\": 2}, {\"score\": 2, \"length\": 3}]",
      "csv": "score,length\n1,2\n2,3\n",
      "rewardbench":
        #"{"scores_chosen": [1, 2], "scores_rejected": [0, 3], "subset": ["a", "a"], "id": [1, 2]}"#,
    ]
    let columns = [
      (name: "score", column: Column(.numbers([1, 2]))),
      (name: "length", column: Column(.integers([2, 3]))),
    ]
    var files = texts.mapValues { Data($0.utf8) }
    files["parquet"] = Data(try ParquetWriter.file(columns))
    files["arrow"] = Data(ArrowWriter(columns, count: 2).bytes)
    for key in FileFormats.registry.keys {
      let data = try #require(files[key], "no fixture for the file format \(key)")
      let file = try SourceFile(data)
      let recognised = FileFormats.registry.entries.first { $0.recognises(file) }
      #expect(recognised?.key ?? "csv" == key)
      let table = try ScoreTable(readTable(data, name: key))
      #expect(table.responses.count >= 2)
    }
  }

  @Test func `every text covariate counts what its definition says`() throws {
    let response = """
      # Title

      - **one** of 2 [links](x)
      ```
      a = 10
      ```

      """
    let values: [String: Double] = [
      "length": 50, "characters": 50, "tokens": 30, "words": 12, "lines": 6, "headers": 1,
      "list_items": 1, "bold": 1, "code_blocks": 1, "links": 1, "digits": 3, "markdown": 3,
      "prompt_length": 2, "hedges": 0, "certainty": 0, "agreement": 0, "apologies": 0,
      "refusals": 0,
      "questions": 0, "emoji": 0, "first_person": 0, "type_token_ratio": 11 / 12.0,
      // Title, one, of, links, x and a have seven groups of vowels; no sentence ends.
      "readability": 206.835 - 1.015 * (6 / 1.0) - 84.6 * (7 / 6.0),
    ]
    for kind in TextCovariates.registry.entries {
      let value = try #require(values[kind.key], "no fixture for the covariate \(kind.key)")
      let found = TextCovariates.value(
        of: kind.key, prompt: [.user("hi")], response: response, tokens: 30)
      #expect(found == value, "\(kind.key)")
      #expect(kind.definition.count > 10)
    }
    // A saved calibration is told from another one by the identity; characters is a second name.
    let ids = TextCovariates.registry.entries.filter { $0.key != "characters" }.map { $0.id }
    #expect(Set(ids).count == ids.count)
  }

  /// Twenty prompts with two responses each.
  private let responses: [ScoredResponse] = (0..<40).map { index in
    // The better one scores higher, but for a few.
    let bonus = index % 2 == 0 && index % 10 != 0 ? 2.0 : 0
    let score = Double(index % 7) + Double(index) / 10 + bonus
    let role: Role = index % 2 == 0 ? .chosen : .rejected
    return ScoredResponse(
      promptID: String(index / 2), index: index % 2, role: role, score: score,
      covariates: ["length": Double(10 + index), "words": Double(index * 7 % 11)],
      subset: "llmbar-natural", section: "Chat Hard")
  }

  @Test func `every calibrator fits, and its calibration survives being saved`() throws {
    for type in Calibrators.registry.entries {
      let count = max(1, type.covariateCount.lowerBound)
      let covariates: [Covariate] = [.length, .column("words")].prefix(count).map { $0 }
      let table = try CalibrationTable(responses, covariates: covariates)
      let calibration = try Calibrators.calibrator(type.key).fit(table, date: "2026-11-23")
      #expect(calibration.method == type.key)
      let saved = try Calibration(json: JSONValue(parsing: calibration.json.text()))
      #expect(try saved.apply(to: table) == calibration.apply(to: table), "\(type.key)")
    }
  }

  @Test func `every report section has its place on the page`() throws {
    let options = EvaluationOptions(bootstrap: try Bootstrap(resamples: 100, seed: 1))
    var run = Report.Run(name: "r", raw: try Pairs.evaluate(responses, options))
    run.responses = .init(
      lengths: responses.map { $0.covariates["length"] ?? 0 }, scores: responses.map(\.score))
    let report = Report(title: "t", date: "2026-11-23", runs: [run])
    let page = report.html()
    let shown = ReportSections.registry.entries.filter { $0.isShown(in: report) }
    // The sections on the inside of models, on typed questions, audits and probes wait for their files.
    #expect(ReportSections.registry.entries.count - shown.count == 5)
    for section in shown {
      #expect(page.contains("id=\"\(section.key)\""), "\(section.key)")
      #expect(page.contains(section.title), "\(section.key)")
    }
  }

  @Test func `every wire protocol has endpoints with paths and members of its own`() {
    // One that takes another's place has its paths.
    let always = WireProtocols.registry.entries.filter { $0.insteadOf == nil }
    let endpoints = always.flatMap { $0.endpoints }
    #expect(WireProtocols.registry.entries.allSatisfy { !$0.endpoints.isEmpty })
    #expect(endpoints.allSatisfy { $0.path.hasPrefix("/") && !$0.member.isEmpty })
    // Those that share both tell their requests apart by what else stands in them: with the member alone
    // there is one at most that takes a request.
    for (place, sharing) in Dictionary(grouping: endpoints, by: { "\($0.path) \($0.member)" }) {
      let taking = sharing.filter { $0.takes([$0.member: 0]) }
      #expect(taking.count <= 1, "\(place)")
    }
  }
}
