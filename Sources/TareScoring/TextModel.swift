/// A model opened for text: tokenizer, chat template and identity, without loading weights.
package import Foundation
package import TareCore
package import TareEngine
package import TareTemplates
package import TareTokenizers

package struct TextModel: Sendable {
  /// The file's or folder's name, for people.
  package let name: String
  /// SHA-256 of what decides the model's numbers: the weights and the configuration.
  package let digest: Digest
  package var tokenizer: Tokenizer { opened.tokenizer }
  /// The same with the version of transformers that it follows, and what is to be told of it.
  package let opened: OpenedTokenizer
  /// How a conversation becomes text.
  package let layout: TextLayout
  /// The model's template, and the one it has for conversations that offer tools, with the control
  /// tokens of texts for them.
  let mainTemplate: Template?
  let toolTemplate: Template?
  /// Those of texts for no template.
  let plainControlTokens: ControlTokens
  /// The control tokens that the tokenizer's configuration lists; nil where it leaves them to be found.
  let chosenControlTokens: Set<String>?
  /// The special tokens that templates see by name (`bos_token`).
  package let specialTokens: [String: String]
  /// The id that counts as padding for the read position; nil where the model has none.
  package let padID: Int32?
  /// A token that the model reads its reward at, put after every text (InternLM2's
  /// `reward_token_id`).
  package let appendedID: Int32?
  /// The rule that the model's configuration calls for; nil for transformers' own.
  package let readRule: ReadRule?
  package let size: BodySize
  /// The weights' directory; the data is read when the model runs.
  package let weights: ModelWeights

  /// What the model's files say of the pairs that it reads; nil for a model that is no reranker.
  package let reranker: RerankerReading?
  /// The roles that the template gets in place of user and assistant; nil for those.
  let pairRoles: PairRoles?

  /// Whether it is of a class whose rewards are of tokens, which vLLM serves by other means than its
  /// sequence classifiers (Qwen2ForRewardModel, Qwen2ForProcessRewardModel, InternLM2ForRewardModel).
  package var scoresTokens: Bool {
    (weights.config["architectures"]?.array ?? []).contains { name in
      ["ForRewardModel", "ForProcessRewardModel"].contains { name.string?.hasSuffix($0) == true }
    }
  }

  /// Whether its own files say how it reads a pair of texts: by roles of its template, or as an encoder.
  package var knowsPairs: Bool {
    if case .pair = layout { true } else { pairRoles != nil }
  }

  /// Positions that the model was trained for, or fewer where its files say so.
  package var contextLength: Int { min(size.contextLength, reranker?.longest ?? Int.max) }
  /// What a user must know of the model to trust its scores, a sentence each.
  ///
  /// - Parameter activationIsChosen: whether what is put on raw scores is what a user asked for.
  package func remarks(activationIsChosen: Bool = false) -> [String] {
    weights.remarks
      + (reranker?.remarks(pairRoles, layout, activationIsChosen: activationIsChosen) ?? [])
  }

  /// Whether an error is in the model's own files, whose names it has.
  package func isNamed(in error: TareError) -> Bool {
    guard case .badData(let place, _, _) = error else { return false }
    let own = [weights.url] + (weights.baseURL.map { [$0] } ?? [])
    return own.contains { place.hasPrefix($0.path) }
  }
  /// How the model computes, as the store keeps it.
  var precision: String {
    weights.precision.rawValue + (weights.buffers == .float32 ? "" : ", buffers as stored")
  }

  /// Whether what texts have in common at their starts is computed once.
  var sharesPrefixes: Bool {
    // Opening has found the family.
    (try? Architectures.family(named: weights.config).sharesPrefixes) ?? false
  }

  /// Opens a .gguf file or a folder in Hugging Face layout.
  ///
  /// - Parameters:
  ///   - template: a file with a chat template, or the name of one of the model's own.
  ///   - base: the base model of an adapter's folder.
  ///   - buffers: how what is computed from the configuration is rounded.
  ///   - precision: what the products of the model's body are.
  ///   - tokens: the version of transformers whose tokens a folder's texts have.
  ///   - parts: where a folder keeps its text files.
  /// - Throws: `TareError.badData` that names the file and what is missing in it.
  package init(
    _ url: URL, template: String? = nil, base: URL? = nil, buffers: BufferPrecision = .float32,
    precision: Precision = .float32, tokens: TokenizerRules = .five,
    parts: FolderParts = FolderParts()
  ) throws(TareError) {
    var weights = try ModelWeights(url, base: base, parts: parts)
    weights.buffers = buffers
    weights.precision = precision
    try self.init(weights, size: weights.size(), digest: weights.digest, template: template, tokens)
  }

  /// Opens a folder for its texts alone, as for an engine elsewhere: its weights need not be there, nor
  /// its family be one that Tare computes. Of a .gguf file nothing but its metadata is read.
  /// - Throws: `TareError.badData` that names the file and what is missing in it.
  package init(
    withoutWeights url: URL, template: String? = nil, tokens: TokenizerRules = .five
  ) throws(TareError) {
    let weights = try ModelWeights(url, readsWeights: false)
    try self.init(
      weights, size: BodySize(ofAnyFamily: weights.config),
      digest: Digest(of: JSONValue.object(weights.config.values).text()), template: template, tokens
    )
  }

  private init(
    _ weights: ModelWeights, size: BodySize, digest: @autoclosure () -> Digest, template: String?,
    _ rules: TokenizerRules
  ) throws(TareError) {
    self.weights = weights
    self.size = size
    let url = weights.url
    name = url.lastPathComponent
    do throws(TareError) {
      reranker = try RerankerReading(weights)
    } catch {
      throw error.inside(url.path)
    }
    let text = try ModelText(
      weights, template: template, rules, readsPairs: reranker?.source == .crossEncoder)
    opened = text.opened
    let tokenizer = text.tokenizer
    layout = text.layout
    func prepared(_ layout: TextLayout) -> Template? {
      guard case .template(let template, _) = layout else { return nil }
      return Template(
        template: template,
        controlTokens: ControlTokens(
          text.tokenizer, chosen: text.chosenControlTokens, templateText: template.literalText))
    }
    mainTemplate = prepared(text.layout)
    plainControlTokens = ControlTokens(
      tokenizer, chosen: text.chosenControlTokens, templateText: "")
    toolTemplate = text.toolLayout.flatMap(prepared)
    specialTokens = text.specialTokens
    chosenControlTokens = text.chosenControlTokens
    pairRoles = try reranker?.roles(in: text)
    let config = weights.config
    func id(_ key: String) -> Int32? { config[key]?.int.flatMap { Int32(exactly: $0) } }
    if weights.ggufMetadata != nil {
      padID = tokenizer.padID
    } else {
      let isAbsent = config.values["pad_token_id"] == nil
      let family = try? Architectures.family(named: config)
      padID = isAbsent ? family?.defaultPadID : id("pad_token_id")
    }
    appendedID = id("reward_token_id")
    do throws(TareError) {
      guard tokenizer.count <= size.vocabularySize || weights.ggufMetadata == nil else {
        throw .badData(
          place: "tokenizer", found: "\(tokenizer.count) tokens",
          accepted: "at most \(size.vocabularySize), the size of the embedding")
      }
      readRule = try Self.readRule(config, tokenizer, appendedID: appendedID)
    } catch {
      throw error.inside(url.path)
    }
    self.digest = digest()
  }

  /// What the configuration says about where the reward is read.
  static func readRule(
    _ config: ModelConfig, _ tokenizer: Tokenizer, appendedID: Int32?
  ) throws(TareError) -> ReadRule? {
    if appendedID != nil { return .last }
    switch config["pooling"]?.string {
    case "mean": return .mean
    case "last": return .last
    default: break
    }
    for key in ["step_tag_id", "step_token_id"] {
      guard let found = config[key] else { continue }
      guard let id = found.int.flatMap({ Int32(exactly: $0) }), id >= 0 else {
        throw config.error(key, found.text(), "the id of a token")
      }
      return .step(id, .min)
    }
    let classes = (config["architectures"]?.array ?? []).compactMap(\.string)
    let named = config["step_token"]?.string
    // Qwen2.5-Math-PRM, whose configuration does not name its step token.
    let isProcess = classes.contains { $0.hasSuffix("ForProcessRewardModel") }
    guard let token = named ?? (isProcess ? "<extra_0>" : nil) else { return nil }
    guard let id = tokenizer.id(of: token) else {
      throw config.error("step_token", "'\(token)'", "a token of the vocabulary")
    }
    return .step(id, .min)
  }
}

/// How a conversation becomes the text that a model reads.
package enum TextLayout: Sendable {
  /// The model's chat template.
  case template(ChatTemplate, source: String)
  /// Prompt and response as the two texts of an encoder's pair.
  case pair
}

extension ModelWeights {
  /// SHA-256 of a GGUF file; of a folder, of the SHA-256 of its configuration and of each of its
  /// weight files.
  ///
  /// A file in a hub's cache is named by its SHA-256, which was checked when it was pulled.
  package var digest: Digest {
    if ggufMetadata != nil { return files[0].file.digest }
    var lines = "config.json \(Self.digest(of: JSONValue.object(config.values).text()))\n"
    if let adapter {
      lines += "adapter \(Self.digest(of: JSONValue.object(adapter.settings.values).text()))\n"
    }
    for file in files {
      let name = file.file.url.lastPathComponent
      lines +=
        "\(name) \(Self.blobName(file.file.url) ?? file.file.digest.description)\n"
    }
    return Self.digest(of: lines)
  }

  private static func digest(of text: String) -> Digest {
    Array(text.utf8).withUnsafeBytes { Digest(of: $0) }
  }

  private static func blobName(_ url: URL) -> String? {
    guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: url.path) else {
      return nil
    }
    let blob = URL(filePath: target)
    let name = blob.lastPathComponent
    let isDigest = name.wholeMatch(of: /[0-9a-f]{64}/) != nil
    return isDigest && blob.deletingLastPathComponent().lastPathComponent == "blobs" ? name : nil
  }
}
