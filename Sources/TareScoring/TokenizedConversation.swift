/// A conversation as the model will see it.
package import TareCore
internal import TareTemplates
internal import TareTokenizers

package struct TokenizedConversation: Sendable, Hashable {
  /// What the chat template made of the messages.
  package let text: String
  package let ids: [Int32]
  /// Types of the tokens, for encoders that have them; empty otherwise.
  package let types: [Int32]
  /// The rule by which it is read, and the positions that it gives, in order, from 0.
  package let rule: ReadRule
  package let positions: [Int]
  /// The first position that belongs to the response; nil where it was not asked for.
  package let responseStart: Int?
  package let truncated: Bool
  /// Unicode scalars of the response.
  package let length: Int
  /// The two texts of an encoder's pair; nil where a template has made one text.
  var pair: TextPair?
  /// Whether special tokens belong around the text; tells only of a text without ids.
  var addsSpecialTokens = false
  /// Messages that an engine elsewhere is to render, and what belongs to them; nil for a text.
  var chat: JSONObject?

  /// How much work it is: its tokens, or a guess at them where nobody has counted them here.
  package var size: Int { ids.isEmpty ? max(text.utf8.count / 4, 1) : ids.count }

  /// Position of the token that is read; of several the last.
  package var readAt: Int { positions.last ?? 0 }

  /// How the scores of steps become one; nil where the rule does not read steps.
  var stepsToScore: ReadRule.StepsToScore? { if case .step(_, let way) = rule { way } else { nil } }
  var takesMean: Bool { rule == .mean }

  /// SHA-256 of what the score depends on, as little-endian 32-bit numbers: the ids; the types, and
  /// where the response begins, if they count. Of a text without ids, that of the text.
  package var digest: Digest {
    if let chat { return Digest(of: "chat " + JSONValue.object(chat).text()) }
    guard !ids.isEmpty else { return Digest(of: (addsSpecialTokens ? "+" : "-") + text) }
    return (ids + types + (responseStart.map { [Int32($0)] } ?? [])).map(\.littleEndian)
      .withUnsafeBytes { Digest(of: $0) }
  }
}

/// The two texts that an encoder reads as a pair.
package struct TextPair: Sendable, Hashable {
  package let prompt: String
  package let response: String
}

extension TokenizedConversation {
  /// A rendered text that only an engine elsewhere can tokenize: it has no ids here.
  ///
  /// - Parameter addsSpecialTokens: whether the engine shall put its tokenizer's special tokens around
  ///   the text.
  package init(untokenized text: String, addsSpecialTokens: Bool) {
    self.init(
      text: text, ids: [], types: [], rule: .last, positions: [], responseStart: nil,
      truncated: false, length: text.unicodeScalars.count)
    self.addsSpecialTokens = addsSpecialTokens
  }

  /// Tokens that nobody here knows the spelling of.
  package init(unread ids: [Int32]) {
    self.init(
      text: "", ids: ids, types: [], rule: .last, positions: [ids.count - 1], responseStart: nil,
      truncated: false, length: 0)
  }

  /// Messages that an engine elsewhere renders.
  ///
  /// - Parameters:
  ///   - chat: `messages` and what its protocol takes beside them.
  ///   - response: the text that is judged.
  package init(unrendered chat: JSONObject, response: String) {
    self.init(
      text: response, ids: [], types: [], rule: .last, positions: [], responseStart: nil,
      truncated: false, length: response.unicodeScalars.count)
    self.chat = chat
  }
}

extension TextModel {
  /// Template, tokenizer, BOS policy, truncation, read position: in this order.
  /// - Throws: `TareError.badData` if the template refuses the conversation, if there is no
  ///   response, or if the text is too long and may not be cut.
  package func tokenize(
    _ conversation: Conversation, _ options: ScoringOptions
  ) throws(TareError) -> TokenizedConversation {
    try check(options.ending)
    guard options.ending != .message || conversation.messages.last?.role == "assistant" else {
      throw .badData(
        place: "messages", found: "a last message by '\(conversation.messages.last?.role ?? "")'",
        accepted: "a conversation that ends with the assistant's response")
    }
    var messages = conversation.messages
    if let system = options.system, messages.first?.role != "system" {
      messages.insert(.system(system), at: 0)
    }
    guard case .template(let template, _) = layout else {
      return try tokenize(pair: messages, length: conversation.length, options)
    }
    func render(_ messages: [Message], isPrompt: Bool) throws(TareError) -> String {
      try template.render(
        messages: messages, addGenerationPrompt: isPrompt,
        variables: templateVariables(conversation.context), date: options.date)
    }
    let text =
      options.ending == .unfinished
      ? try Self.unfinished(messages) { (messages) throws(TareError) in
        try render(messages, isPrompt: false)
      } : try render(messages, isPrompt: options.ending == .generationPrompt)
    let prompt =
      options.marksResponse
      ? try render(messages.dropLast(conversation.turns.count), isPrompt: true) : nil
    return try tokenize(
      rendered: text, prompt: prompt, length: conversation.length, options)
  }

  /// Prompt and response as an encoder's pair; several messages of the prompt stand on lines.
  private func tokenize(
    pair messages: [Message], length: Int, _ options: ScoringOptions
  ) throws(TareError) -> TokenizedConversation {
    let prompt = messages.dropLast().map(\.content).joined(separator: "\n")
    let response = messages.last?.content ?? ""
    var (ids, types) = tokenizer.encode(prompt, pair: response)
    let limit = options.maxTokens ?? contextLength
    let truncated = ids.count > limit
    if truncated {
      // As transformers' `truncation=True` for a pair: the longer text gives up its end.
      guard options.truncation != .error else {
        throw .badData(
          place: "text", found: "\(ids.count) tokens",
          accepted: "at most \(limit) (or --truncate left|right)")
      }
      (ids, types) = tokenizer.encode(prompt, pair: response, limit: limit)
    }
    return TokenizedConversation(
      text: "\(prompt)\n\(response)", ids: ids, types: types,
      rule: options.readRule, positions: try options.readRule.positions(in: ids, padID: padID),
      responseStart: nil,
      truncated: truncated, length: length, pair: TextPair(prompt: prompt, response: response))
  }

  /// What follows the template, for a text that is rendered: tokenizer, BOS policy, truncation,
  /// read position.
  ///
  /// - Parameter prompt: the beginning of the text that is not the response, where it is asked for.
  func tokenize(
    rendered text: String, prompt: String? = nil, length: Int, _ options: ScoringOptions
  ) throws(TareError) -> TokenizedConversation {
    var ids = tokenizer.encode(text, addSpecialTokens: false)
    // Tokens may join over the seam, so the response begins where the two first differ.
    var start = 0
    if let prompt {
      let beginning = tokenizer.encode(prompt, addSpecialTokens: false)
      start = zip(ids, beginning).prefix { $0 == $1 }.count
    }
    let whole = ids.count
    let (before, after) = specialTokens(around: &ids, options.bos)
    // What is cut is the text: its BOS and EOS stay.
    let dropped = whole - ids.count
    let truncated = try truncate(&ids, options, room: before.count + after.count)
    let cut = truncated && options.truncation == .left ? whole - dropped - ids.count : 0
    ids = before + ids + after
    guard !ids.isEmpty else {
      throw .badData(place: "text", found: "no tokens", accepted: "a conversation with text")
    }
    return TokenizedConversation(
      text: text, ids: ids, types: [],
      rule: options.readRule, positions: try options.readRule.positions(in: ids, padID: padID),
      responseStart: prompt.map { _ in max(start - dropped + before.count - cut, 0) },
      truncated: truncated,
      length: length)
  }

  var templateVariables: [String: JSONValue] { specialTokens.mapValues { .string($0) } }

  /// All that a template sees besides the messages.
  func templateVariables(_ context: TemplateContext) -> [String: JSONValue] {
    var variables = templateVariables
    variables["tools"] = context.tools
    variables["documents"] = context.documents
    for (name, value) in context.variables.members { variables[name] = value }
    return variables
  }

  /// Takes BOS and EOS off the text where the policy says what they shall be, and gives what is to
  /// stand before and after it.
  ///
  /// `auto` is what transformers' `apply_chat_template` gives, with one BOS where template and
  /// tokenizer would both add one: the template decides whether there is a BOS.
  private func specialTokens(
    around ids: inout [Int32], _ policy: ScoringOptions.BOS
  ) -> (before: [Int32], after: [Int32]) {
    var (before, after): ([Int32], [Int32]) = ([], [])
    // SmolLM2's BOS is "<|im_start|>", which also begins every turn: where the tokenizer adds none
    // of its own, what the template wrote stays.
    let decides =
      policy == .add || policy == .strip
      || policy == .auto && tokenizer.addsBOS && ids.first == tokenizer.bosID
    if decides, let bos = tokenizer.bosID {
      ids = Array(ids.drop { $0 == bos })
      if policy != .strip { before = [bos] }
    }
    if let appendedID, ids.last != appendedID { after = [appendedID] }
    return (before, after)
  }

  /// - Parameter room: tokens that are added to the text afterwards.
  func truncate(
    _ ids: inout [Int32], _ options: ScoringOptions, room: Int
  ) throws(TareError) -> Bool {
    let limit = max((options.maxTokens ?? contextLength) - room, 0)
    guard ids.count > limit else { return false }
    switch options.truncation {
    case .error:
      throw .badData(
        place: "text", found: "\(ids.count + room) tokens",
        accepted: "at most \(limit + room) (or --truncate left|right)")
    case .left: ids.removeFirst(ids.count - limit)
    case .right: ids.removeLast(ids.count - limit)
    }
    return true
  }
}
