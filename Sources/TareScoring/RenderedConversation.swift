/// A conversation through a chat template, as transformers 5.23's `apply_chat_template` takes it.
package import TareCore
internal import TareTemplates
internal import TareTokenizers

extension TextModel {
  /// A template of the model and the control tokens of texts for it.
  struct Template: Sendable {
    let template: ChatTemplate
    let controlTokens: ControlTokens
  }

  /// The arguments of `apply_chat_template` besides the template's own variables, which therefore none
  /// of these can be.
  private static let reservedNames: Set<String> = [
    "self", "conversation", "conversations", "messages", "tools", "documents", "chat_template",
    "add_generation_prompt", "continue_final_message", "tokenize", "sanitize_control_tokens",
    "padding", "truncation", "max_length", "return_tensors", "return_dict",
    "return_assistant_tokens_mask", "tokenizer_kwargs",
  ]

  /// The template for a conversation: that for tools where it offers some and the model has one.
  /// nil where the model has no template.
  func template(for context: TemplateContext) -> Template? {
    let hasTools = (context.tools ?? .null) != .null
    return hasTools ? toolTemplate ?? mainTemplate : mainTemplate
  }

  /// All that a template sees besides the messages.
  /// - Throws: `TareError.badData` for tools and documents that are no arrays of objects, and for
  ///   variables whose names are not theirs to have.
  func templateVariables(
    _ context: TemplateContext, _ options: ScoringOptions
  ) throws(TareError) -> [String: JSONValue] {
    var variables = templateVariables
    // The conversation's own variables go before those of the options.
    for (name, value) in options.variables.members + context.variables.members {
      guard !Self.reservedNames.contains(name) else {
        throw .badData(
          place: "template variables", found: "'\(name)', which Tare sets itself",
          accepted: "variables of the chat template, such as enable_thinking")
      }
      variables[name] = value
    }
    variables["tools"] = try Self.objects(context.tools, "tools")
    variables["documents"] = try Self.objects(context.documents, "documents")
    return variables
  }

  private static func objects(
    _ value: JSONValue?, _ name: String
  ) throws(TareError) -> JSONValue? {
    guard let value, value != .null else { return nil }
    guard let values = value.array else {
      throw .badData(place: name, found: value.kindName, accepted: "an array of objects")
    }
    for (index, value) in values.enumerated() where value.object == nil {
      throw .badData(place: "\(name)[\(index)]", found: value.kindName, accepted: "an object")
    }
    return value
  }

  /// The template's text; with marks around the user's control tokens where those are to be encoded as
  /// text.
  func render(
    _ messages: [Message], _ context: TemplateContext, isPrompt: Bool, with template: Template,
    _ options: ScoringOptions
  ) throws(TareError) -> String {
    var (messages, context) = (messages, context)
    if options.sanitizesControlTokens {
      let tokens = template.controlTokens
      messages = try messages.map { message throws(TareError) in
        try Message(tokens.marked(.object(message.members)))
      }
      context.tools = context.tools.map(tokens.marked)
      context.documents = context.documents.map(tokens.marked)
      context.variables = tokens.marked(context.variables)
    }
    return try template.template.render(
      messages: messages, addGenerationPrompt: isPrompt,
      variables: templateVariables(context, options), date: options.date)
  }

  /// Whether a process reward model would read the prompt as steps, too.
  package func hasSteps(inPromptOf conversation: Conversation, _ options: ScoringOptions) -> Bool {
    guard let step = stepToken(options) else { return false }
    return conversation.prompt.contains { $0.content.contains(step) }
  }

  private func stepToken(_ options: ScoringOptions) -> String? {
    guard case .step(let id, _) = options.readRule else { return nil }
    return tokenizer.token(id)
  }

  /// The first control token in what the user wrote of a conversation, but for the step token that a
  /// process reward model wants there; nil if there is none.
  package func controlToken(
    in conversation: Conversation, _ options: ScoringOptions
  ) -> String? {
    let step = stepToken(options)
    let tokens = template(for: conversation.context)?.controlTokens ?? plainControlTokens
    let context = conversation.context
    let values =
      conversation.messages.map { .object($0.members) }
      + [context.tools, context.documents, .object(context.variables)].compactMap(\.self)
    return values.lazy.compactMap { tokens.first(in: $0, but: step) }.first
  }

  /// The same of texts without a template: a query and a document, say.
  package func controlToken(in texts: [String], _ options: ScoringOptions) -> String? {
    let step = stepToken(options)
    let tokens = mainTemplate?.controlTokens ?? plainControlTokens
    return texts.lazy.compactMap { tokens.first(in: .string($0), but: step) }.first
  }

  /// The same of the response in a text that a template has rendered: what stands in other turns cannot
  /// be told from the template's own.
  ///
  /// - Parameter prompt: the response is all after it, if the text begins with it; else the last turn of
  ///   the assistant.
  /// - Returns: nil also where no response is found.
  package func controlToken(
    inRendered text: String, after prompt: String? = nil, _ turn: AssistantTurn,
    _ options: ScoringOptions
  ) -> String? {
    guard let response = turn.response(in: text, after: prompt) else { return nil }
    let tokens = mainTemplate?.controlTokens ?? plainControlTokens
    return tokens.first(inResponse: response, but: stepToken(options))
  }

  /// - Throws: `TareError.badData` for a token, where the options want none.
  package func refuse(_ token: String?, _ options: ScoringOptions) throws(TareError) {
    guard let token, options.specialTokens == .error else { return }
    throw .badData(
      place: "text", found: "the control token '\(token)'",
      accepted: "messages that spell no control token")
  }

  /// Whether the template writes another text than without the options' variables: many templates look
  /// at `enable_thinking` only where a response is to be generated.
  package func isChangedByVariables(
    _ conversation: Conversation, _ options: ScoringOptions
  ) -> Bool {
    guard let template = template(for: conversation.context) else { return false }
    var without = options
    without.variables = [:]
    func text(_ options: ScoringOptions) -> String? {
      try? render(
        conversation.messages, conversation.context, isPrompt: false, with: template, options)
    }
    return text(options) != text(without)
  }

  /// Whether the template leaves out the reasoning that a response comes with.
  package func leavesOutReasoning(
    _ conversation: Conversation, _ options: ScoringOptions
  ) -> Bool {
    guard conversation.turns.contains(where: { $0.withoutReasoning != nil }),
      let template = template(for: conversation.context)
    else { return false }
    func text(_ turns: [Message]) -> String? {
      try? render(
        conversation.prompt + turns, conversation.context, isPrompt: false, with: template, options)
    }
    guard let whole = text(conversation.turns) else { return false }
    return whole == text(conversation.turns.map { $0.withoutReasoning ?? $0 })
  }

  /// The role of the first message, of other roles than these, that the template does not write; nil if
  /// there is none. Told by the longest word of the message, which templates may quote or trim.
  package func roleLeftOut(
    of conversation: Conversation, except known: Set<String>, _ options: ScoringOptions
  ) -> String? {
    let messages = conversation.messages.filter { !known.contains($0.role) }
    guard !messages.isEmpty, let template = template(for: conversation.context),
      let text = try? render(
        conversation.messages, conversation.context, isPrompt: false, with: template, options)
    else { return nil }
    return messages.first { message in
      message.content.longestWord.map { !text.contains($0) } ?? false
    }?.role
  }

  /// Whether a content that is null makes another text than a missing one, which is what transformers'
  /// tokenizers make of it.
  package func isChangedByNullContent(
    _ conversation: Conversation, _ options: ScoringOptions
  ) -> Bool {
    let messages = conversation.messages
    guard messages.contains(where: { $0.withoutNullContent != nil }),
      let template = template(for: conversation.context)
    else { return false }
    func text(_ messages: [Message]) -> String? {
      try? render(messages, conversation.context, isPrompt: false, with: template, options)
    }
    return text(messages) != text(messages.map { $0.withoutNullContent ?? $0 })
  }
}

extension String {
  /// The longest run of ASCII letters and digits; nil where there is none.
  fileprivate var longestWord: Substring? {
    split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }.max { $0.utf8.count < $1.utf8.count }
  }
}

extension Message {
  private static let reasoningNames: Set = ["reasoning_content", "reasoning", "thinking"]

  /// The same without its reasoning; nil where it has none.
  fileprivate var withoutReasoning: Message? {
    guard
      members.members.contains(where: { name, value in
        Self.reasoningNames.contains(name) && value.string?.isEmpty == false
      })
    else { return nil }
    var rest = JSONObject()
    for (name, value) in members.members where !Self.reasoningNames.contains(name) {
      rest[name] = value
    }
    return try? Message(.object(rest))
  }
}
