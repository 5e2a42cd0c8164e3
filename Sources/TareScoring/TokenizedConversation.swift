/// A conversation as the model will see it.
package import TareCore
internal import TareTemplates
internal import TareTokenizers

package struct TokenizedConversation: Sendable, Hashable {
  /// What the chat template made of the messages.
  package let text: String
  package let ids: [Int32]
  /// Position of the token that is read, from 0.
  package let readAt: Int
  package let truncated: Bool
  /// Unicode scalars of the response.
  package let length: Int

  /// SHA-256 of the ids as little-endian 32-bit numbers.
  package var digest: Digest {
    ids.map(\.littleEndian).withUnsafeBytes { Digest(of: $0) }
  }
}

extension TextModel {
  /// Template, tokenizer, BOS policy, truncation, read position: in this order.
  /// - Throws: `TareError.badData` if the template refuses the conversation, if there is no
  ///   response, or if the text is too long and may not be cut.
  package func tokenize(
    _ conversation: Conversation, _ options: ScoringOptions
  ) throws(TareError) -> TokenizedConversation {
    guard conversation.messages.last?.role == "assistant" else {
      throw .badData(
        place: "messages", found: "a last message by '\(conversation.messages.last?.role ?? "")'",
        accepted: "a conversation that ends with the assistant's response")
    }
    var messages = conversation.messages
    if let system = options.system, messages.first?.role != "system" {
      messages.insert(.system(system), at: 0)
    }
    let text = try template.render(
      messages: messages, addGenerationPrompt: false, variables: templateVariables,
      date: options.date)
    return try tokenize(rendered: text, length: conversation.length, options)
  }

  /// What follows the template, for a text that is rendered: tokenizer, BOS policy, truncation,
  /// read position.
  func tokenize(
    rendered text: String, length: Int, _ options: ScoringOptions
  ) throws(TareError) -> TokenizedConversation {
    var ids = tokenizer.encode(text, addSpecialTokens: false)
    let (before, after) = specialTokens(around: &ids, options.bos)
    // What is cut is the text: its BOS and EOS stay.
    let truncated = try truncate(&ids, options, room: before.count + after.count)
    ids = before + ids + after
    guard !ids.isEmpty else {
      throw .badData(place: "text", found: "no tokens", accepted: "a conversation with text")
    }
    return TokenizedConversation(
      text: text, ids: ids,
      readAt: try options.readRule.position(in: ids, padID: tokenizer.padID),
      truncated: truncated, length: length)
  }

  private var templateVariables: [String: JSONValue] {
    var variables: [String: JSONValue] = [:]
    let special = [("bos_token", tokenizer.bosID), ("eos_token", tokenizer.eosID)]
    for (name, id) in special {
      variables[name] = id.flatMap { tokenizer.token($0) }.map { .string($0) }
    }
    return variables
  }

  /// Takes BOS and EOS off the text where the policy says what they shall be, and gives what is to
  /// stand before and after it.
  private func specialTokens(
    around ids: inout [Int32], _ policy: ScoringOptions.BOS
  ) -> (before: [Int32], after: [Int32]) {
    var (before, after): ([Int32], [Int32]) = ([], [])
    // SmolLM2's BOS is "<|im_start|>", which also begins every turn: where the tokenizer adds none
    // of its own, what the template wrote stays.
    let decides = policy == .add || policy == .strip || policy == .auto && tokenizer.addsBOS
    if decides, let bos = tokenizer.bosID {
      ids = Array(ids.drop { $0 == bos })
      if policy != .strip { before = [bos] }
    }
    if tokenizer.addsEOS, let eos = tokenizer.eosID {
      if ids.last == eos { ids.removeLast() }
      after = [eos]
    }
    return (before, after)
  }

  /// - Parameter room: tokens that are added to the text afterwards.
  private func truncate(
    _ ids: inout [Int32], _ options: ScoringOptions, room: Int
  ) throws(TareError) -> Bool {
    let limit = max(min(options.maxTokens ?? contextLength, contextLength) - room, 0)
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
