/// What is scored: conversations, preference pairs and candidate sets.

/// A prompt with one response, the unit that gets a score.
public struct Conversation: Hashable, Sendable {
  /// The messages before the response.
  package var prompt: [Message]
  /// The response: the assistant's message, or the messages of a response that calls tools, of which the
  /// last is the assistant's.
  package var turns: [Message]
  /// Tools, documents and variables that the chat template is told of.
  package var context: TemplateContext

  package init(prompt: [Message], turns: [Message], context: TemplateContext = .init()) {
    self.prompt = prompt
    self.turns = turns
    self.context = context
  }

  /// - Parameter messages: all messages in order; the last is the response.
  package init(messages: [Message], context: TemplateContext = .init()) {
    self.init(
      prompt: messages.dropLast(), turns: Array(messages.suffix(1)), context: context)
  }

  package init(prompt: [Message], response: String, context: TemplateContext = .init()) {
    self.init(prompt: prompt, turns: [.assistant(response)], context: context)
  }

  /// - Parameters:
  ///   - prompt: the messages before the response.
  ///   - response: what the assistant answered.
  public init(_ prompt: [Message], response: String) {
    self.init(prompt: prompt, response: response)
  }

  /// A question and its answer.
  public init(_ prompt: String, response: String) {
    self.init(prompt: [.user(prompt)], response: response)
  }

  /// All messages in order.
  package var messages: [Message] { prompt + turns }

  /// The text that is judged: the last assistant message, empty if there is none.
  package var response: String { turns.response }

  /// Characters of the response as Python's `len` counts them (Unicode scalars).
  package var length: Int { response.unicodeScalars.count }
}

extension [Message] {
  /// The text of the last assistant message, empty if there is none.
  package var response: String { last { $0.role == "assistant" }?.content ?? "" }
}

/// What a response is within its prompt.
package enum Role: String, Codable, Sendable, CaseIterable {
  case chosen, rejected, response
}

/// A prompt and its responses, as one row of an input file holds them.
///
/// A preference pair has one chosen and one rejected response; RewardBench 2 and RM-Bench rows have
/// several of each; a best-of-N set has responses without labels.
package struct CandidateSet: Sendable, Equatable {
  package var id: String
  package var subset: String?
  package var section: String?
  package var prompt: [Message]
  package var responses: [Candidate]
  /// What the chat template is told beside the messages.
  package var context: TemplateContext
  /// Columns of the row that Tare does not read, carried through to the output.
  package var extras: JSONObject

  package init(
    id: String, subset: String? = nil, section: String? = nil, prompt: [Message],
    responses: [Candidate], context: TemplateContext = .init(), extras: JSONObject = [:]
  ) {
    self.id = id
    self.subset = subset
    self.section = section
    self.prompt = prompt
    self.responses = responses
    self.context = context
    self.extras = extras
  }

  /// The prompt with one of the responses.
  package func conversation(_ candidate: Candidate) -> Conversation {
    Conversation(prompt: prompt, turns: candidate.turns, context: context)
  }
}

/// One response of a candidate set.
package struct Candidate: Sendable, Hashable {
  package var role: Role
  /// The response's messages, of which the last is the assistant's: one, but where it calls tools.
  package var turns: [Message]

  package init(role: Role, turns: [Message]) {
    self.role = role
    self.turns = turns
  }

  package init(role: Role, text: String) {
    self.init(role: role, turns: [.assistant(text)])
  }

  /// The text that is judged: that of the last assistant message.
  package var text: String { turns.response }
}
