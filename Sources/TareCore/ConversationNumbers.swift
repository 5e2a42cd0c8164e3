/// Which conversations are the same, by numbers in place of texts.

package struct ConversationNumbers: Sendable {
  /// Equal where prompt and context are, [row].
  package let prompts: [Int32]
  /// Of responses to one prompt: equal where they are, [row].
  package let responses: [Int32]
  /// Lengths of the responses in Unicode scalars, [row].
  package let lengths: [Int32]

  package init(_ conversations: Conversations) {
    if let plain = conversations.plain {
      self.init(plain, count: conversations.count)
    } else {
      self.init(reading: conversations)
    }
  }

  private init(_ texts: any PlainTexts, count: Int) {
    var numbers = RowNumbers()
    prompts = numbers.numbers(ofTexts: count) { row, text in
      texts.appendPrompt(of: row, to: &text)
      return true
    }
    var lengths = [Int32](repeating: 0, count: count)
    numbers = RowNumbers()
    responses = numbers.numbers(ofTexts: count) { row, text in
      texts.appendResponse(of: row, to: &text)
      // All but the bytes that go on with a scalar.
      lengths[row] = Int32(clamping: text.count { $0 & 0xC0 != 0x80 })
      return true
    }
    self.lengths = lengths
  }

  private init(reading conversations: Conversations) {
    var (promptNumbers, responseNumbers) = (RowNumbers(), RowNumbers())
    var (prompts, responses, lengths): ([Int32], [Int32], [Int32]) = ([], [], [])
    var last: (conversation: Conversation, prompt: Int32)?
    for row in conversations.indices {
      let own = conversations[row]
      let prompt: Int32
      if let last, own.answersSame(as: last.conversation) {
        prompt = last.prompt
      } else {
        var hasher = Hasher()
        hasher.combine(own.prompt)
        hasher.combine(own.context)
        prompt = promptNumbers.number(of: row, hash: hasher.finalize()) {
          own.answersSame(as: conversations[$0])
        }
      }
      last = (own, prompt)
      prompts.append(prompt)
      var hasher = Hasher()
      // The same words to another prompt need not be compared.
      hasher.combine(prompt)
      hasher.combine(own.turns)
      responses.append(
        responseNumbers.number(of: row, hash: hasher.finalize()) {
          own.turns == conversations[$0].turns
        })
      lengths.append(Int32(clamping: own.length))
    }
    (self.prompts, self.responses, self.lengths) = (prompts, responses, lengths)
  }
}

extension Conversation {
  fileprivate func answersSame(as other: Conversation) -> Bool {
    prompt == other.prompt && context == other.context
  }
}
