/// What is scored: messages, conversations, preference pairs and candidate sets.

/// One turn of a conversation.
package struct Message: Hashable, Codable, Sendable {
  /// "system", "user", "assistant" or "tool", as chat templates know them.
  package var role: String
  package var content: String

  package init(role: String, content: String) {
    self.role = role
    self.content = content
  }

  package static func user(_ content: String) -> Message { .init(role: "user", content: content) }
  package static func assistant(_ content: String) -> Message {
    .init(role: "assistant", content: content)
  }
  package static func system(_ content: String) -> Message {
    .init(role: "system", content: content)
  }
}

/// A prompt with one response, the unit that gets a score.
package struct Conversation: Hashable, Sendable {
  /// All messages in order; the last assistant message is the response.
  package var messages: [Message]

  package init(messages: [Message]) { self.messages = messages }

  package init(prompt: [Message], response: String) {
    messages = prompt + [.assistant(response)]
  }

  /// The text that is judged: the last assistant message, empty if there is none.
  package var response: String {
    messages.last { $0.role == "assistant" }?.content ?? ""
  }

  /// Characters of the response as Python's `len` counts them (Unicode scalars).
  package var length: Int { response.unicodeScalars.count }
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
  /// Columns of the row that Tare does not read, carried through to the output.
  package var extras: JSONObject

  package init(
    id: String, subset: String? = nil, section: String? = nil, prompt: [Message],
    responses: [Candidate], extras: JSONObject = [:]
  ) {
    self.id = id
    self.subset = subset
    self.section = section
    self.prompt = prompt
    self.responses = responses
    self.extras = extras
  }
}

/// One response of a candidate set.
package struct Candidate: Sendable, Hashable {
  package var role: Role
  package var text: String

  package init(role: Role, text: String) {
    self.role = role
    self.text = text
  }
}
