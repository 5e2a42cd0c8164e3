/// What a reranker's files say of how it reads a pair of texts and what its outputs mean: folders of
/// sentence-transformers' CrossEncoder, and GGUF files of llama.cpp's conversion.
internal import Foundation
package import TareCore
package import TareEngine

/// sentence-transformers 6.2 reads a query and a document: as messages of these roles where there is a
/// chat template, and else as the two texts of a pair.
package struct RerankerReading: Sendable, Equatable {
  package enum Source: String, Sendable {
    case crossEncoder = "CrossEncoder"
    case gguf = "GGUF reranker"
  }

  package let source: Source
  /// The roles of prompt and response, where a template knows them.
  package var roles = PairRoles()
  /// What stands before each pair, as a system message; nil for nothing.
  package var prompt: String?
  /// The tokens whose logits' difference is the score (`LogitScore`): of yes, and of no where there is
  /// one; empty where the model has a head.
  package var tokens: [Int32] = []
  /// What the head's outputs are called.
  package var labels: [String] = []
  /// What the published score makes of the raw one, by its PyTorch name or "Sigmoid"; nil for nothing
  /// that is said.
  package var activation: String?
  /// Tokens that texts may have; nil where nothing says.
  package var longest: Int?
  /// What is in the files and is not computed; nil for nothing.
  package var unknown: String?

  /// nil for a model that is no reranker, as far as its files say.
  /// - Throws: `TareError.badData` for files that are damaged.
  package init?(_ weights: ModelWeights) throws(TareError) {
    if let metadata = weights.ggufMetadata {
      self.init(gguf: metadata)
    } else {
      let folder = ModelTextFolder(
        weights.url, base: weights.adapter == nil ? nil : weights.baseURL)
      try self.init(folder, weights.config)
    }
  }

  // MARK: - sentence-transformers

  private init?(_ folder: ModelTextFolder, _ config: ModelConfig) throws(TareError) {
    let own = try folder.object("config_sentence_transformers.json")
    let older = config["sentence_transformers"]?["activation_fn"]?.string
    let oldest = config["sbert_ce_default_activation_function"]?.string
    guard own?["model_type"] == "CrossEncoder" || older != nil || oldest != nil else { return nil }
    source = .crossEncoder
    activation = own?["activation_fn"]?.string ?? older ?? oldest ?? "Sigmoid"
    activation = activation?.split(separator: ".").last.map(String.init)
    if let name = own?["default_prompt_name"]?.string { prompt = own?["prompts"]?[name]?.string }
    let transformer = try folder.object("sentence_bert_config.json")
    let message = transformer?["modality_config"]?["message"]
    if transformer?["modality_config"] != nil, message == nil { roles.areUsed = false }
    roles.haveParts = message?["format"] == "structured"
    let limit = try folder.object("tokenizer_config.json")?["model_max_length"]?.int
    longest = [limit, transformer?["max_seq_length"]?.int].compactMap { $0 }.filter { $0 > 0 }.min()
    for module in try folder.array("modules.json") ?? [] {
      let type = module["type"]?.string?.split(separator: ".").last.map(String.init) ?? ""
      switch type {
      case "Transformer": break
      case "LogitScore": tokens = try Self.logitScore(module["path"]?.string ?? "", folder)
      default: unknown = "the module '\(type)' of modules.json"
      }
    }
  }

  private static func logitScore(
    _ path: String, _ folder: ModelTextFolder
  ) throws(TareError) -> [Int32] {
    let name = "\(path)/config.json"
    let settings = try folder.object(name) ?? [:]
    func id(_ key: String) throws(TareError) -> Int32? {
      guard let value = settings[key], value != .null else { return nil }
      guard let id = value.int.flatMap({ Int32(exactly: $0) }), id >= 0 else {
        throw .badData(place: "\(name), '\(key)'", found: value.text(), accepted: "a token's id")
      }
      return id
    }
    guard let yes = try id("true_token_id") else {
      throw .badData(place: "\(name), 'true_token_id'", found: "nothing", accepted: "a token's id")
    }
    return [yes] + [try id("false_token_id")].compactMap { $0 }
  }

  // MARK: - llama.cpp

  private init?(gguf metadata: JSONObject) {
    let architecture = metadata["general.architecture"]?.string ?? ""
    let labels = metadata["\(architecture).classifier.output_labels"]?.array?.compactMap(\.string)
    let isRanking = metadata["\(architecture).pooling_type"]?.int == GGUFPooling.rank.rawValue
    guard isRanking || GGUFTemplates.rerank(metadata) != nil else { return nil }
    source = .gguf
    self.labels = labels ?? []
    activation = "Sigmoid"
    roles.takeSystem = GGUFTemplates.rerank(metadata)?.isPlain != true
  }
}

extension RerankerReading {
  /// Weights of the outputs that make one score of them: what speaks for the pair less what speaks
  /// against it; nil where the labels do not say.
  package var outputWeights: [Double]? {
    let meanings = labels.map { Self.meaning($0) }
    guard labels.count == 2, meanings.compactMap({ $0 }).reduce(0, +) == 0 else { return nil }
    let weights = meanings.compactMap { $0 }
    return weights.count == 2 ? weights : nil
  }

  private static func meaning(_ label: String) -> Double? {
    switch label.lowercased() {
    case "yes", "true", "relevant", "positive": 1
    case "no", "false", "irrelevant", "not relevant", "negative": -1
    default: nil
    }
  }
}
