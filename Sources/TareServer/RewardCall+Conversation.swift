/// Messages of a request, and what it says of how they become a text.
internal import TareCore
internal import TareScoring
internal import TareServing

extension RewardCall {
  /// What requests with messages read besides them.
  static let chatMembers: Set<String> = [
    "tools", "documents", "chat_template", "chat_template_kwargs", "add_generation_prompt",
    "continue_final_message", "add_special_tokens",
  ]

  /// A conversation as vLLM's requests have it, for the model's template.
  ///
  /// - Parameter isPrompt: whether the text ends where the next response would begin, unless the request
  ///   says otherwise.
  func chat(_ member: String, isPrompt: Bool = false) throws(TareError) -> ServedText {
    let messages = try messages(member) { (message) throws(TareError) in
      try RequestMessage(message).asOpenAIHasIt()
    }
    var served = ServedConversation(
      Conversation(messages: messages, context: try templateContext()))
    served.ending = try ending(isPrompt: isPrompt)
    served.addsSpecialTokens = try flag("add_special_tokens") ?? false
    served.fitsContents = true
    return .conversation(served)
  }

  /// All messages of a member, each with every member of its own.
  ///
  /// - Parameter prepare: what is done to each before it is one.
  func messages(
    _ member: String,
    _ prepare: (JSONValue) throws(TareError) -> JSONValue = { (value) throws(TareError) in value }
  ) throws(TareError) -> [Message] {
    guard let array = body[member]?.array, !array.isEmpty else {
      throw wrong(member, "an array of messages with role and content")
    }
    var messages: [Message] = []
    for (index, element) in array.enumerated() {
      do throws(TareError) {
        messages.append(try Message(prepare(element)))
      } catch {
        throw error.inside("'\(member)', message \(index)")
      }
    }
    return messages
  }

  /// `tools`, `documents` and the template's variables, which may hold either, too.
  /// - Throws: `TareError.badData` for what is not as the template takes it, for tools or documents that
  ///   are there twice, and for a template: this server has the model's own.
  func templateContext() throws(TareError) -> TemplateContext {
    if let template = body["chat_template"], template != .null {
      throw wrong("chat_template", "no such member, as the model's own chat template is used")
    }
    var given = body
    if var variables = body["chat_template_kwargs"]?.object {
      for name in ["tools", "documents"] {
        guard let value = variables[name] else { continue }
        guard value == .null || [nil, .null, value].contains(body[name]) else {
          throw .badData(
            place: "'chat_template_kwargs', \(name)", found: "different values than in '\(name)'",
            accepted: "only one of the two")
        }
        if value != .null { given[name] = value }
        variables[name] = nil
      }
      for name in ["add_generation_prompt", "continue_final_message"] {
        guard let value = variables[name], value.bool == (try flag(name) ?? false) else { continue }
        variables[name] = nil
      }
      given["chat_template_kwargs"] = .object(variables)
    }
    do throws(TareError) {
      return try TemplateContext(json: given)
    } catch {
      throw error.inside("request body")
    }
  }

  private func ending(isPrompt byDefault: Bool) throws(TareError) -> ConversationEnding {
    let asked = try flag("add_generation_prompt")
    let isUnfinished = try flag("continue_final_message") ?? false
    guard asked != true || !isUnfinished else {
      throw .badData(
        place: "'continue_final_message'", found: "both true",
        accepted: "only one of it and 'add_generation_prompt'")
    }
    let isPrompt = asked ?? (byDefault && !isUnfinished)
    return isPrompt ? .generationPrompt : isUnfinished ? .unfinished : .anyMessage
  }

  // MARK: - What may be cut

  /// What requests of vLLM say of texts that are too long.
  static let cutMembers: Set<String> = ["truncate_prompt_tokens", "truncation_side"]

  /// As vLLM cuts: to a number of tokens, or to as many as the server takes (−1), at the end unless the
  /// request says otherwise. What is left of the left side is what stands there, without a BOS.
  func cut() throws(TareError) -> ServedText.Cut? {
    let side = try truncationSide("truncation_side")
    guard let value = body["truncate_prompt_tokens"], value != .null else { return nil }
    guard let count = value.lenientInteger, count == -1 || count > 0 else {
      throw wrong("truncate_prompt_tokens", "a number of tokens of at least 1, or -1")
    }
    return ServedText.Cut(
      tokens: count == -1 ? nil : count, side: side ?? .right, keepsBOS: side != .left)
  }

  func truncationSide(_ member: String) throws(TareError) -> ServedText.Cut.Side? {
    guard let value = body[member], value != .null else { return nil }
    switch value.string?.lowercased() {
    case "left": return .left
    case "right": return .right
    default: throw wrong(member, "left or right")
    }
  }

  /// Texts as a request wants them cut, by a member that says how many tokens of each may stay.
  func shortened(_ texts: [String], by member: String) throws(TareError) -> [String] {
    guard let count = try count(member), count > 0 else { return texts }
    if let longest = service.model.profile.longest, count >= longest {
      throw .badData(
        place: "'\(member)'", found: "\(count)", accepted: "less than \(longest) tokens")
    }
    return try texts.map { (text) throws(TareError) in
      try service.model.beginning(of: text, tokens: count)
    }
  }
}
