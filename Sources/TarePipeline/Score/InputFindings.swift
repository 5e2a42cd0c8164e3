/// What stands in the texts of rows that can change how a model reads them, and that no error tells.
internal import TareCore
internal import TareScoring

/// Texts that contain control tokens, and texts whose content is null where that makes a difference.
package struct InputFindings: Sendable {
  /// A number of texts, and the first of them as an example.
  package struct Finding: Sendable {
    package private(set) var texts = 0
    /// The id of the first text's row, and the token it contains.
    package private(set) var example: String?
    package private(set) var token: String?

    mutating func add(_ id: String, token: String?) {
      if texts == 0 { (example, self.token) = (id, token) }
      texts += 1
    }

    var json: JSONValue {
      var object: JSONObject = ["texts": .int(texts)]
      object["example"] = example.map { .string($0) }
      object["token"] = token.map { .string($0) }
      return .object(object)
    }

    /// "3 inputs contain", say, with the verb of the number.
    func words(_ one: String, _ several: String) -> String {
      texts == 1 ? "1 input \(one)" : "\(texts) inputs \(several)"
    }
  }

  package private(set) var controlTokens = Finding()
  package private(set) var nullContents = Finding()
  package private(set) var stepsInPrompts = Finding()
  package private(set) var droppedReasoning = Finding()
  package private(set) var emptyResponses = Finding()
  /// With the role of the first one as token.
  package private(set) var droppedMessages = Finding()
  /// Inputs in which the template was seen to write a message of a role.
  private var writtenRoles: [String: Int] = [:]
  /// Inputs that the template renders the same without the variables that were set for all of them.
  package private(set) var unchangedInputs = 0
  /// Whether any input was rendered differently.
  private var variablesMatter = false
  /// So many are looked at, as each is rendered twice.
  private static let mostRendered = 200
  private let areSanitized: Bool
  /// How the template frames a response; nil until a rendered text needs it.
  private var turn: AssistantTurn?

  /// Of no rows yet.
  init(_ options: ScoringOptions) { areSanitized = options.sanitizesControlTokens }

  /// - Parameter options: those that it was made with.
  mutating func add(_ row: CandidateSet, _ model: TextModel, _ options: ScoringOptions) {
    for candidate in row.responses {
      let conversation = row.conversation(candidate)
      if candidate.turns.allSatisfy({ $0.isPlain && $0.content.isEmpty }) {
        emptyResponses.add(row.id, token: nil)
      }
      if let text = conversation.renderedText {
        // Control tokens outside the response are the template's.
        let turn = self.turn ?? model.assistantTurn(options)
        self.turn = turn
        if let token = model.controlToken(inRendered: text, turn, options) {
          controlTokens.add(row.id, token: token)
        }
        continue
      }
      if let token = model.controlToken(in: conversation, options) {
        controlTokens.add(row.id, token: token)
      }
      if !options.variables.isEmpty, !variablesMatter, unchangedInputs < Self.mostRendered {
        variablesMatter = model.isChangedByVariables(conversation, options)
        unchangedInputs += 1
      }
      if model.leavesOutReasoning(conversation, options) {
        droppedReasoning.add(row.id, token: nil)
      }
      findDroppedMessage(of: conversation, in: row, model, options)
      if model.hasSteps(inPromptOf: conversation, options) {
        stepsInPrompts.add(row.id, token: nil)
      }
      if model.isChangedByNullContent(conversation, options) {
        nullContents.add(row.id, token: nil)
      }
    }
  }

  private mutating func findDroppedMessage(
    of conversation: Conversation, in row: CandidateSet, _ model: TextModel,
    _ options: ScoringOptions
  ) {
    // Templates that leave out a user's or the assistant's turn are read as such on purpose.
    let known = writtenRoles.filter { $0.value >= Self.mostRendered }.keys
    let ignored = Set(known).union(["user", "assistant"])
    if let role = model.roleLeftOut(of: conversation, except: ignored, options) {
      droppedMessages.add(row.id, token: role)
      return
    }
    for role in Set(conversation.messages.map(\.role)).subtracting(ignored) {
      writtenRoles[role, default: 0] += 1
    }
  }

  /// A sentence for each finding.
  package var lines: [String] {
    var lines: [String] = []
    if controlTokens.texts > 0 {
      lines.append(
        controlTokens.words("contains", "contain")
          + " control tokens, such as '\(controlTokens.token ?? "")' "
          + "in row '\(controlTokens.example ?? "")': "
          + (areSanitized
            ? "they are encoded as plain text"
            : "a response can end its own turn with them (--special-tokens text encodes them as plain "
              + "text, error refuses them)"))
    }
    if stepsInPrompts.texts > 0 {
      lines.append(
        stepsInPrompts.words("has", "have")
          + " the step token in the prompt, such as row '\(stepsInPrompts.example ?? "")': the model "
          + "reads it there as a step")
    }
    if nullContents.texts > 0 {
      lines.append(
        nullContents.words("has", "have")
          + " null as content, such as row '\(nullContents.example ?? "")', which the chat template "
          + "renders differently from a missing content; transformers' tokenizers drop such members: "
          + "leave them out to get the same text")
    }
    if droppedReasoning.texts > 0 {
      lines.append(
        droppedReasoning.words("has", "have")
          + " reasoning that the chat template leaves out, such as row "
          + "'\(droppedReasoning.example ?? "")': the score is of the answer alone")
    }
    if emptyResponses.texts > 0 {
      lines.append(
        emptyResponses.words("has", "have")
          + " an empty response, such as row '\(emptyResponses.example ?? "")': the score is of an empty "
          + "text (in CSV --missing drop leaves such rows out)")
    }
    if droppedMessages.texts > 0 {
      lines.append(
        droppedMessages.words("has", "have")
          + " a message that the chat template leaves out, such as that of the role "
          + "'\(droppedMessages.token ?? "")' in row '\(droppedMessages.example ?? "")': the model does "
          + "not see it")
    }
    if hasUnusedVariables {
      lines.append(
        "the chat template ignores the variables of --template-kwargs: "
          + (unchangedInputs == 1
            ? "the input is" : "all \(unchangedInputs) inputs that were tried are")
          + " the same without them (many templates use enable_thinking only where a response is to "
          + "be generated)")
    }
    return lines
  }

  private var hasUnusedVariables: Bool { unchangedInputs > 0 && !variablesMatter }

  /// Members for the summary: those of findings that there are.
  var members: [(key: String, value: JSONValue)] {
    var members: [(key: String, value: JSONValue)] = [("control_tokens", controlTokens.json)]
    if stepsInPrompts.texts > 0 { members.append(("steps_in_prompts", stepsInPrompts.json)) }
    if nullContents.texts > 0 { members.append(("null_contents", nullContents.json)) }
    if droppedReasoning.texts > 0 {
      members.append(("dropped_reasoning", droppedReasoning.json))
    }
    if emptyResponses.texts > 0 { members.append(("empty_responses", emptyResponses.json)) }
    if droppedMessages.texts > 0 { members.append(("dropped_messages", droppedMessages.json)) }
    if hasUnusedVariables { members.append(("unused_template_kwargs", .bool(true))) }
    return members
  }
}
