/// A conversation as the model will see it.
package import TareCore
internal import TareEngine
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
  package var pair: TextPair?
  /// Whether text of the response stands after the last token that is read of it: it has no score.
  package var hasUnreadStep = false
  /// Whether special tokens belong around the text; tells only of a text without ids.
  package var addsSpecialTokens = false
  /// Messages that an engine elsewhere is to render, and what belongs to them; nil for a text.
  package var chat: JSONObject?
  /// Whether control tokens of the user's text are encoded as plain text, which the text does not show.
  package var isSanitized = false
  /// A control token that the user's own text spells; nil for none, and where nobody has looked.
  package var controlToken: String?

  /// How much work it is: its tokens, or a guess at them where nobody has counted them here.
  package var size: Int { ids.isEmpty ? max(text.utf8.count / 4, 1) : ids.count }

  /// Position of the token that is read; of several the last.
  package var readAt: Int { positions.last ?? 0 }

  /// How the scores of steps become one; nil where the rule does not read steps.
  package var stepsToScore: ReadRule.StepsToScore? { rule.stepsToScore }
  package var takesMean: Bool { rule == .mean }
  /// Whether the outputs of what is read are averaged.
  package var takesMeanOutput: Bool { rule == .late }
  /// Whether the states that are read are one input of the head.
  package var joinsStates: Bool { if case .gated = rule { true } else { false } }

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

  /// The same, read at every token, the last of which gives the reward.
  package var readAtEveryToken: TokenizedConversation {
    TokenizedConversation(
      text: text, ids: ids, types: types, rule: .step(-1, .last), positions: Array(ids.indices),
      responseStart: responseStart, truncated: truncated, length: length, pair: pair,
      isSanitized: isSanitized)
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
    if let text = conversation.renderedText { return try tokenize(given: text, options) }
    if options.specialTokens == .error {
      try refuse(controlToken(in: conversation, options), options)
    }
    guard !options.takesOneTurn || conversation.turns.count == 1 else {
      throw .badData(
        place: "response", found: "\(conversation.turns.count) messages",
        accepted:
          "one message, as an implicit reward counts all tokens of a response as the model's own")
    }
    var messages = conversation.messages
    if let system = options.system ?? reranker?.prompt, messages.first?.role != "system" {
      messages.insert(.system(system), at: 0)
    }
    if options.readRule.needsMessages {
      return try tokenize(stepwise: conversation, messages, options)
    }
    let hasUnreadStep = try putStepTokens(in: &messages, options)
    if let pairRoles { messages = try pairRoles.applied(messages) }
    let context = conversation.context
    guard let template = template(for: context) else {
      guard !options.sanitizesControlTokens else {
        throw .badData(
          place: "control tokens", found: "a model that reads a pair of texts without a template",
          accepted: "a model with a chat template")
      }
      try requirePlain(conversation, options)
      return try tokenize(pair: messages, length: conversation.length, options)
    }
    func whole(_ messages: [Message]) throws(TareError) -> String {
      guard options.ending == .unfinished else {
        return try render(
          messages, context, isPrompt: options.ending == .generationPrompt, with: template, options)
      }
      return try Self.unfinished(messages) { (messages) throws(TareError) in
        try render(messages, context, isPrompt: false, with: template, options)
      }
    }
    let text = try whole(messages)
    var prompt: String?
    if options.marksResponse {
      prompt = try render(
        messages.dropLast(conversation.turns.count), context, isPrompt: true, with: template,
        options)
    }
    var result: TokenizedConversation
    if options.sanitizesControlTokens {
      result = try tokenize(
        marked: text, prompt: prompt, length: conversation.length, with: template, options)
    } else {
      let response = messages.last?.content ?? ""
      result = try tokenize(
        rendered: text, prompt: prompt, length: conversation.length, options
      ) { () throws(TareError) in
        ResponseSpan(of: response, in: text) { (other) throws(TareError) in
          var changed = messages
          changed[changed.count - 1].content = other
          return try whole(changed)
        }
      }
    }
    result.hasUnreadStep = hasUnreadStep
    return result
  }

  /// Tokens of a text with marks around the control tokens that are the user's.
  private func tokenize(
    marked text: String, prompt: String?, length: Int, with template: Template,
    _ options: ScoringOptions
  ) throws(TareError) -> TokenizedConversation {
    guard !options.truncation.isInResponse else {
      throw .usage(
        "truncation within the response cannot be combined with sanitized control tokens")
    }
    let (ids, isSanitized) = try template.controlTokens.encode(text, tokenizer)
    let promptIDs = try prompt.map { prompt throws(TareError) in
      try template.controlTokens.encode(prompt, tokenizer).ids
    }
    var tokenized = try tokenize(
      ids, of: ControlTokens.unmarked(text), promptIDs: promptIDs, length: length, options
    ) { nil }
    tokenized.isSanitized = isSanitized
    return tokenized
  }

  /// Prompt and response as an encoder's pair; several messages of the prompt stand on lines.
  private func tokenize(
    pair messages: [Message], length: Int, _ options: ScoringOptions
  ) throws(TareError) -> TokenizedConversation {
    let prompt = messages.dropLast().map(\.content).joined(separator: "\n")
    let response = messages.last?.content ?? ""
    var (ids, types) = try tokenizer.encode(prompt, pair: response)
    guard !ids.isEmpty else {
      throw .badData(place: "text", found: "no tokens", accepted: "a conversation with text")
    }
    let limit = options.maxTokens ?? contextLength
    let truncated = ids.count > limit
    if truncated {
      // As transformers' `truncation=True` for a pair: the longer text gives up its end.
      guard options.truncation != .error else {
        throw .badData(
          place: "text", found: "\(ids.count) tokens",
          accepted: "at most \(limit) tokens, or truncation")
      }
      if options.truncation.isInResponse {
        guard
          let cut = try tokenizer.encode(
            prompt, pair: response, limit: limit,
            cuttingStart: options.truncation == .responseLeft)
        else {
          throw .badData(
            place: "text", found: "\(ids.count) tokens, too many of them around the response",
            accepted: "at most \(limit), including some of the response")
        }
        (ids, types) = cut
      } else {
        (ids, types) = try tokenizer.encode(prompt, pair: response, limit: limit)
      }
    }
    return TokenizedConversation(
      text: "\(prompt)\n\(response)", ids: ids, types: types,
      rule: options.readRule, positions: try options.readRule.positions(in: ids, padID: padID),
      responseStart: nil,
      truncated: truncated, length: length, pair: TextPair(prompt: prompt, response: response))
  }

  /// Two texts one after the other, with the tokenizer's own special tokens for a pair, but one BOS at the
  /// beginning.
  package func tokenize(
    joined first: String, _ second: String, _ options: ScoringOptions
  ) throws(TareError) -> TokenizedConversation {
    // vLLM's rule: models that transformers saved as classifiers read a pair.
    let isPair =
      weights.config["use_pad_token"]?.bool ?? weights.config["use_sep_token"]?.bool ?? true
    let ids: [Int32]
    if isPair {
      // Where the end may go, the longer text gives up its own, as transformers cuts a pair.
      let limit = options.truncation == .right ? options.maxTokens ?? contextLength : .max
      ids = try tokenizer.encode(first, pair: second, limit: limit).ids
    } else {
      ids = try tokenizer.encode(first + second, addSpecialTokens: true)
    }
    return try tokenize(
      ids, of: first + second, promptIDs: nil, length: second.unicodeScalars.count, options
    ) { nil }
  }

  /// What follows the template, for a text that is rendered: tokenizer, BOS policy, truncation,
  /// read position.
  ///
  /// - Parameters:
  ///   - prompt: the beginning of the text that is not the response, where it is asked for.
  ///   - span: where the response is; asked where the text is to be cut within it.
  func tokenize(
    rendered text: String, prompt: String? = nil, length: Int, _ options: ScoringOptions,
    span: () throws(TareError) -> ResponseSpan?
  ) throws(TareError) -> TokenizedConversation {
    try tokenize(
      tokenizer.encode(text, addSpecialTokens: false), of: text,
      promptIDs: prompt.map { prompt throws(TareError) in
        try tokenizer.encode(prompt, addSpecialTokens: false)
      }, length: length,
      options, span: span)
  }

  /// What follows the tokenizer: BOS policy, truncation, read position.
  private func tokenize(
    _ uncut: [Int32], of text: String, promptIDs: [Int32]?, length: Int, _ options: ScoringOptions,
    span: () throws(TareError) -> ResponseSpan?
  ) throws(TareError) -> TokenizedConversation {
    var ids = uncut
    // Tokens may join over the seam, so the response begins where the two first differ.
    let start = promptIDs.map { zip(ids, $0).prefix { $0 == $1 }.count } ?? 0
    let whole = ids.count
    let (before, after) = specialTokens(around: &ids, options.bos)
    // What is cut is the text: its BOS and EOS stay.
    let dropped = whole - ids.count
    let room = before.count + after.count
    let truncated: Bool
    var cut = 0
    if options.truncation.isInResponse {
      let range = try truncateResponse(&ids, options, room: room, dropped: dropped, uncut, span)
      truncated = range != nil
    } else {
      truncated = try truncate(&ids, options, room: room)
      cut = truncated && options.truncation == .left ? whole - dropped - ids.count : 0
    }
    ids = before + ids + after
    guard !ids.isEmpty else {
      throw .badData(place: "text", found: "no tokens", accepted: "a conversation with text")
    }
    return TokenizedConversation(
      text: text, ids: ids, types: [],
      rule: options.readRule, positions: try options.readRule.positions(in: ids, padID: padID),
      responseStart: promptIDs.map { _ in max(start - dropped + before.count - cut, 0) },
      truncated: truncated,
      length: length)
  }

  var templateVariables: [String: JSONValue] { specialTokens.mapValues { .string($0) } }

  /// Takes BOS and EOS off the text where the policy says what they shall be, and gives what is to
  /// stand before and after it.
  ///
  /// `auto` is what transformers' `apply_chat_template` gives, with one BOS where template and
  /// tokenizer would both add one: the template decides whether there is a BOS.
  func specialTokens(
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
        accepted: "at most \(limit + room) tokens, or truncation")
    case .left: ids.removeFirst(ids.count - limit)
    case .right: ids.removeLast(ids.count - limit)
    case .responseLeft, .responseRight:
      throw .fault("a text without a known response cannot be truncated within it")
    }
    return true
  }
}
