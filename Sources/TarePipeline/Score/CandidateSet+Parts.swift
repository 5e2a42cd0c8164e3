/// Contents that are lists of text parts, for chat templates that read none.
internal import TareCore
internal import TareScoring

extension CandidateSet {
  /// With the row's reference answer as a template variable, where the model's template reads one and the
  /// row has not set it.
  func withReference(for text: TextModel) -> CandidateSet {
    guard let name = text.referenceVariable, context.variables[name] == nil,
      let value = extras[name], value != .null
    else { return self }
    var set = self
    set.context.variables[name] = value
    return set
  }

  private static let roles: Set = ["system", "developer", "user", "assistant"]

  /// With the text of their parts as the contents of messages, where the model's template reads no
  /// parts: it would fail, or leave the text out. A request to the server has its parts read the same
  /// way.
  func fittingParts(to text: TextModel) -> CandidateSet {
    func hasParts(_ message: Message) -> Bool {
      message["content"]?.array != nil && Self.roles.contains(message.role)
    }
    guard
      prompt.contains(where: hasParts)
        || responses.contains(where: { $0.turns.contains(where: hasParts) })
    else { return self }
    func fitted(_ message: Message) -> Message {
      guard hasParts(message) else { return message }
      let conversation = Conversation(prompt: [message], turns: [], context: context)
      guard case .string(let content)? = text.fitted(conversation).prompt.first?["content"] else {
        return message
      }
      var message = message
      message["content"] = .string(content)
      return message
    }
    var set = self
    set.prompt = prompt.map(fitted)
    for index in set.responses.indices {
      set.responses[index].turns = responses[index].turns.map(fitted)
    }
    return set
  }
}
