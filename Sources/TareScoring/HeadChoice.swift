/// Which head reads the reward: the model's own, one in a file, or the language model's at tokens.
internal import Foundation
package import TareCore
package import TareEngine
internal import TareTokenizers

/// What a user can ask for.
package enum HeadChoice: Sendable, Hashable {
  /// The head in the model's own weights.
  case own
  /// A safetensors file, as `train-head` writes it.
  case file(String)
  /// The logit of a token, given by id or spelling (Nemotron's reward models).
  case logit(String)
  /// The probability of a yes token against a no token (Qwen3-Reranker).
  case yesNo(yes: String, no: String)

  /// Reads "logit:TOKEN", "yes-no", "yes-no:YES,NO" or a path; nil is the model's own head.
  package init(parsing text: String?) throws(TareError) {
    guard let text else {
      self = .own
      return
    }
    if text.hasPrefix("logit:") {
      self = .logit(String(text.dropFirst("logit:".count)))
    } else if text == "yes-no" {
      self = .yesNo(yes: "yes", no: "no")
    } else if text.hasPrefix("yes-no:") {
      let tokens = text.dropFirst("yes-no:".count).split(separator: ",")
      guard tokens.count == 2 else {
        throw .usage("head: expected yes-no:YES,NO with two tokens, found \(text)")
      }
      self = .yesNo(yes: String(tokens[0]), no: String(tokens[1]))
    } else {
      self = .file(text)
    }
  }
}

/// A head, loaded.
package struct LoadedHead: Sendable {
  package let head: any RewardHead
  package var outputCount: Int { head.outputCount }
  /// SHA-256 of the head's file; nil for a head that is in the model's weights.
  package let digest: Digest?
  /// The rule that the head calls for; nil where nothing says.
  package let readRule: ReadRule?
  /// The template variables that the head was trained with; none where nothing says.
  package let variables: JSONObject
  /// What of its outputs is the score, if the user does not say.
  package let output: OutputChoice

  /// - Throws: `TareError.badData` if there is no head, or one for another model.
  package init(_ choice: HeadChoice, of text: TextModel) throws(TareError) {
    switch choice {
    case .own: self = try Self.own(of: text)
    case .file(let path): self = try Self.inFile(WeightFile(URL(filePath: path)), of: text)
    case .logit(let token):
      self.init(
        head: try Self.tokens([token], of: text), digest: nil, readRule: .last, output: .single)
    case .yesNo(let yes, let no):
      self.init(
        head: try Self.tokens([yes, no], of: text), digest: nil, readRule: .last,
        output: .firstProbability)
    }
  }

  private init(
    head: any RewardHead, digest: Digest?, readRule: ReadRule?, output: OutputChoice,
    variables: JSONObject = [:]
  ) {
    self.head = head
    self.digest = digest
    self.readRule = readRule
    self.output = output
    self.variables = variables
  }

  private static func inFile(
    _ file: WeightFile, of text: TextModel
  ) throws(TareError) -> LoadedHead {
    let (head, rule) = try read(file, of: text)
    return LoadedHead(
      head: head, digest: Digest(of: file.file.bytes), readRule: rule ?? text.readRule,
      output: .single, variables: try variables(file))
  }

  /// The head in the model's weights, or in the file that LLaMA-Factory saves beside them; of a
  /// reranker that is a language model, its logits at the tokens that its files name.
  private static func own(of text: TextModel) throws(TareError) -> LoadedHead {
    let weights = text.weights
    if let unknown = text.reranker?.unknown {
      throw .badData(
        place: weights.url.path, found: unknown,
        accepted: "a CrossEncoder of a Transformer and optionally a LogitScore")
    }
    let context = HeadContext(
      hiddenSize: text.size.hiddenSize, config: weights.config,
      tokens: text.reranker?.tokens ?? [])
    let head: any RewardHead
    do throws(TareError) {
      head = try loadRewardHead(WeightReader(weights), context)
    } catch {
      if let beside = try weights.headBeside() { return try inFile(beside, of: text) }
      throw error.inside(weights.url.path)
    }
    let rule =
      head is TokenHead
      ? .last
      : try ReadRule(head.position) { (prompt) throws(TareError) in
        try text.tokenizer.encode(prompt, addSpecialTokens: false)
      } ?? text.readRule
    return LoadedHead(
      head: head, digest: nil, readRule: rule, output: .own(of: head, rule, text.reranker))
  }

  private static func read(
    _ file: WeightFile, of text: TextModel
  ) throws(TareError) -> (any RewardHead, ReadRule?) {
    let path = file.file.path
    if let wanted = file.metadata["model_sha256"]?.string, wanted != text.digest.description {
      throw .badData(
        place: path, found: "a head for the model with SHA-256 \(wanted)",
        accepted: "a head for \(text.name), \(text.digest)")
    }
    try checkTokens(file, of: text)
    do throws(TareError) {
      let head = try loadRewardHead(
        WeightReader(file), HeadContext(hiddenSize: text.size.hiddenSize))
      guard let rule = file.metadata["read"]?.string else { return (head, nil) }
      do throws(TareError) {
        return (head, try ReadRule(parsing: rule))
      } catch {
        throw .badData(
          place: "metadata 'read'", found: "'\(rule)'", accepted: ReadRule.accepted)
      }
    } catch {
      throw error.inside(path)
    }
  }

  private static func variables(_ file: WeightFile) throws(TareError) -> JSONObject {
    guard let text = file.metadata["template_kwargs"]?.string else { return [:] }
    do throws(TareError) {
      return try TemplateContext.variables(JSONValue(parsing: text))
    } catch {
      throw error.inside("\(file.file.path), metadata 'template_kwargs'")
    }
  }

  /// A head trained here has seen the tokens of one version of transformers, 5's where it says none.
  private static func checkTokens(_ file: WeightFile, of text: TextModel) throws(TareError) {
    guard text.opened.difference != nil, file.metadata["model_sha256"]?.string != nil else {
      return
    }
    let wanted = file.metadata["tokens"]?.string ?? TokenizerRules.five.rawValue
    guard wanted != text.opened.rules.rawValue else { return }
    throw .badData(
      place: file.file.path, found: "a head trained with those of version \(wanted)",
      accepted: "tokenizer rules of version \(text.opened.rules.rawValue), as the model uses")
  }

  private static func tokens(
    _ tokens: [String], of text: TextModel
  ) throws(TareError) -> any RewardHead {
    let ids = try tokens.map { (token) throws(TareError) in try text.tokenID(token) }
    do throws(TareError) {
      return try loadRewardHead(
        WeightReader(text.weights),
        HeadContext(hiddenSize: text.size.hiddenSize, config: text.weights.config, tokens: ids))
    } catch {
      throw error.inside(text.weights.url.path)
    }
  }
}

extension TextModel {
  /// Why an adapter on a language model has no head; nil for a model that is no adapter.
  package var unsavedHead: String? {
    guard let adapter = weights.adapter else { return nil }
    let task = adapter.settings["task_type"]?.text() ?? "null"
    return
      "the adapter was saved without a head (its task_type is \(task); PEFT saves it for SEQ_CLS)"
  }

  /// The id of the token that the vocabulary spells so.
  package func token(_ spelling: String) -> Int32? { tokenizer.id(of: spelling) }

  /// The id of a token that a user names by number or by spelling.
  package func tokenID(_ text: String) throws(TareError) -> Int32 {
    if let id = Int32(text), id >= 0, Int(id) < size.vocabularySize { return id }
    let ids = try tokenizer.encode(text, addSpecialTokens: false)
    guard let id = tokenizer.id(of: text) ?? (ids.count == 1 ? ids[0] : nil) else {
      throw .usage(
        "token of \(name): expected an id below \(size.vocabularySize) or the text of one token, "
          + "found '\(text)'")
    }
    return id
  }
}
