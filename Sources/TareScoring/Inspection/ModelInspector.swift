/// Looks at a model's files, part by part: a part that is missing or damaged is a finding, and the
/// rest is still described.
package import Foundation
package import TareCore
internal import TareEngine
package import TareTokenizers

package struct ModelInspector {
  let url: URL
  let base: URL?
  let template: String?
  let tokens: TokenizerRules
  /// Bytes of memory that the machine has.
  let memory: UInt64
  var result = ModelInspection()
  /// What the files say of the pairs that a reranker reads.
  var reranker: RerankerReading?
  /// SHA-256 of the model, once it is known: it takes a while for large files.
  var digest: Digest?

  /// - Parameters:
  ///   - base: the base model of an adapter's folder.
  ///   - template: a file with a chat template, or the name of one of the model's own.
  ///   - tokens: the version of transformers whose tokens a folder's texts have.
  package init(
    _ url: URL, base: URL? = nil, template: String? = nil, tokens: TokenizerRules = .five,
    memory: UInt64 = ProcessInfo.processInfo.physicalMemory
  ) {
    self.url = url
    self.base = base
    self.template = template
    self.tokens = tokens
    self.memory = memory
  }

  /// - Throws: `TareError.badData` if there is no such file or folder, `TareError.usage` if the
  ///   template that is asked for does not exist. Everything else is a finding.
  package mutating func inspect() throws(TareError) -> ModelInspection {
    guard FileManager.default.fileExists(atPath: url.path) else {
      throw .badData(place: url.path, found: "no such file or folder", accepted: "a model")
    }
    result.add("name", .string(url.lastPathComponent), "name")
    result.add("path", .string(url.path), "path")
    let (url, base) = (url, base)
    let weights = result.attempt { () throws(TareError) in try ModelWeights(url, base: base) }
    guard let config = weights?.config ?? configAlone() else {
      describeTextAlone()
      return result
    }
    if let weights { describeFormat(weights) }
    for remark in weights?.remarks ?? [] { result.find(.warning, remark) }
    let size = describeFamily(config)
    if let weights { describeStorage(weights) }
    // A head can be told in a family that is not known, too.
    let hiddenSize = size?.hiddenSize ?? config["hidden_size"]?.int
    let head = weights.flatMap { weights in
      hiddenSize.flatMap { describeHead(weights, hiddenSize: $0) }
    }
    if let weights, let size { checkTensors(weights, size, head) }
    try describeText(config, weights, size, head)
    if let weights {
      result.add("sha256", .string((digest ?? weights.digest).description), "SHA-256")
    }
    return result
  }

  /// The configuration of a folder whose weights cannot be read; what is wrong with it, where it is
  /// what stands in the way, has been said.
  private func configAlone() -> ModelConfig? { try? ModelConfig(folder: url) }

  // MARK: - Family

  private mutating func describeFamily(_ config: ModelConfig) -> BodySize? {
    let classes = (config["architectures"]?.array ?? []).compactMap(\.string)
    let type = config["model_type"]?.string
    let family = result.attempt { () throws(TareError) in try Architectures.family(named: config) }
    let summary = family.map { "\($0.key) (\($0.summary))" }
    result.add("model_type", type.map { .string($0) } ?? .null)
    result.add("family", family.map { .string($0.key) } ?? .null, "family", summary ?? type)
    result.add(
      "architectures", .array(classes.map { .string($0) }),
      classes.isEmpty || config.source != "config.json" ? nil : "class",
      classes.joined(separator: ", "))
    guard let family,
      let size = result.attempt({ () throws(TareError) in try family.size(config) })
    else { return nil }
    result.add("layers", .int(size.layerCount), "layers")
    result.add("hidden_size", .int(size.hiddenSize), "hidden size")
    describeAttention(family, config)
    result.add("vocabulary_size", .int(size.vocabularySize), "vocabulary")
    result.add(
      "context_length", .int(size.contextLength), "context",
      size.contextLength == Int(Int32.max)
        ? "no limit: rotary scaling grows with the input" : "\(size.contextLength) tokens")
    if config["max_position_embeddings"] == nil, config["n_positions"] == nil {
      result.find(
        .warning,
        "no 'max_position_embeddings': a context of \(size.contextLength) tokens is assumed")
    }
    return size
  }

  private mutating func describeAttention(_ family: any Architecture.Type, _ config: ModelConfig) {
    guard let decoder = family as? any DecoderArchitecture.Type,
      let spec = try? decoder.spec(config)
    else {
      if let heads = config["num_attention_heads"]?.int {
        result.add("heads", .int(heads), "heads")
      }
      return
    }
    result.add(
      "heads", .int(spec.headCount), "heads",
      spec.headCount == spec.keyValueHeadCount
        ? "\(spec.headCount) of \(spec.headDim)"
        : "\(spec.headCount) of \(spec.headDim), keys and values \(spec.keyValueHeadCount)")
    result.add("key_value_heads", .int(spec.keyValueHeadCount))
    let mixtures = spec.layers.compactMap { layer in
      if case .mixture(let mixture) = layer.feedForward { mixture } else { nil }
    }
    if let mixture = mixtures.first {
      let places = mixtures.count == spec.layerCount ? "every layer" : "\(mixtures.count) layers"
      result.add(
        "experts", .int(mixture.experts), "experts",
        "\(mixture.experts) in \(places), \(mixture.chosen) per token"
          + (mixture.shared == nil ? "" : ", and a shared one"))
      result.add("experts_active", .int(mixture.chosen))
    }
  }
}
