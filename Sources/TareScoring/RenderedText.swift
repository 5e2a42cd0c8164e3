/// Texts that a chat template has rendered already, and tokens, as trainers send them.
internal import Foundation
package import TareCore
internal import TareEngine
internal import TareTemplates
internal import TareTokenizers

extension TextModel {
  /// Tokens of `text` as it stands, special tokens in it included; then BOS policy, truncation and
  /// read position as for a conversation. The tokens of a conversation's rendered text are those of
  /// the conversation.
  ///
  /// The response is not told apart from the prompt: `length` is that of the whole text.
  /// - Throws: `TareError.badData` if the text has no tokens, or is too long and may not be cut.
  package func tokenize(
    rendered text: String, _ options: ScoringOptions
  ) throws(TareError) -> TokenizedConversation {
    try tokenize(rendered: text, length: text.unicodeScalars.count, options) {
      self.span(in: text, options)
    }
  }

  /// Tokens of a text that stands in the place of messages, as it is.
  ///
  /// - Throws: `TareError.badData` also where the response would have to be known, or the text's control
  ///   tokens to be told from its messages'.
  func tokenize(
    given text: String, _ options: ScoringOptions
  ) throws(TareError) -> TokenizedConversation {
    guard !options.takesOneTurn, !options.sanitizesControlTokens else {
      throw .badData(
        place: "text", found: "an already rendered text",
        accepted: options.takesOneTurn
          ? "messages, as an implicit reward must know where the response begins"
          : "messages, as its control tokens cannot be told from the template's")
    }
    if options.specialTokens == .error {
      try refuse(controlToken(inRendered: text, assistantTurn(options), options), options)
    }
    return try tokenize(rendered: text, options)
  }

  /// Where the response is in a text that the model's template has rendered; nil if the text is not
  /// one, or the model has no template.
  private func span(in text: String, _ options: ScoringOptions) -> ResponseSpan? {
    assistantTurn(options).response(in: text).flatMap { ResponseSpan(ofLast: $0, in: text) }
  }

  /// Whether the tokenizer puts a BOS before plain texts.
  package var addsBOS: Bool { tokenizer.addsBOS }

  /// Tokens as they are, but for truncation; `text` is what they stand for.
  /// - Throws: `TareError.badData` if there are none, if one is not in the vocabulary, or if there are
  ///   too many and they may not be cut.
  package func tokenize(
    ids: [Int32], _ options: ScoringOptions
  ) throws(TareError) -> TokenizedConversation {
    guard !ids.isEmpty else {
      throw .badData(place: "tokens", found: "none", accepted: "at least one token")
    }
    if let place = ids.firstIndex(where: { !(0..<size.vocabularySize).contains(Int($0)) }) {
      throw .badData(
        place: "token \(place)", found: "\(ids[place])",
        accepted: "0 to \(size.vocabularySize - 1)")
    }
    let text = try tokenizer.decode(ids, skipSpecialTokens: false)
    var kept = ids
    let truncated =
      if options.truncation.isInResponse {
        try truncateResponse(&kept, options, room: 0, dropped: 0, ids) {
          self.span(in: text, options)
        } != nil
      } else {
        try truncate(&kept, options, room: 0)
      }
    return TokenizedConversation(
      text: text, ids: kept, types: [], rule: options.readRule,
      positions: try options.readRule.positions(in: kept, padID: padID), responseStart: nil,
      truncated: truncated, length: text.unicodeScalars.count)
  }

  /// How the chat template frames a response that answers a user.
  package func assistantTurn(_ options: ScoringOptions) -> AssistantTurn {
    let (question, answer) = ("a1b2question", "a1b2answer")
    var options = options
    options.specialTokens = .keep
    let conversation = Conversation(prompt: [.user(question)], response: answer)
    guard let template = mainTemplate?.template,
      let text = try? tokenize(conversation, options).text,
      let asked = text.range(of: question, options: .backwards),
      let answered = text.range(of: answer, options: .backwards),
      asked.upperBound < answered.lowerBound
    else { return AssistantTurn(openings: [], closing: "", followsBOS: false) }
    var openings = [String(text[asked.upperBound..<answered.lowerBound])]
    // A template may begin a response itself, as with empty thoughts, and not have it in the prompt.
    if let prompt = try? template.render(
      messages: conversation.messages.dropLast(), addGenerationPrompt: true,
      variables: templateVariables(.init(), options), date: options.date),
      let asked = prompt.range(of: question, options: .backwards),
      case let opening = String(prompt[asked.upperBound...]), opening != openings[0]
    {
      openings.append(opening)
    }
    // What stands after a response as well, like a bare line feed, tells nothing.
    openings = openings.filter { opening in
      let last = text.range(of: opening, options: [.backwards, .literal])
      return last.map { $0.upperBound <= answered.lowerBound } ?? false
    }
    return AssistantTurn(
      openings: openings, closing: String(text[answered.upperBound...]),
      followsBOS: tokenizer.bosID != nil
        && (try? tokenizer.encode(text, addSpecialTokens: false))?.first == tokenizer.bosID)
  }
}

/// What stands between a user's text and the response, and after the response.
package struct AssistantTurn: Sendable, Hashable {
  /// Before a whole response, and before what a model is asked to write; none where there is no
  /// template, or it writes responses in no one way.
  package let openings: [String]
  package let closing: String
  /// Whether the template begins with a BOS.
  package let followsBOS: Bool

  package init(openings: [String], closing: String, followsBOS: Bool) {
    self.openings = openings
    self.closing = closing
    self.followsBOS = followsBOS
  }

  /// The response in a text that the template has rendered, without what the template wrote after it.
  ///
  /// - Parameter prompt: the response is all after it, if the text begins with it.
  /// - Returns: without a prompt the last response; nil where no turn begins.
  package func response(in text: String, after prompt: String? = nil) -> String? {
    var rest: Substring.UTF8View
    if let prompt, !prompt.isEmpty, text.utf8.starts(with: prompt.utf8) {
      rest = text.utf8.dropFirst(prompt.utf8.count)
    } else {
      // The turn that begins last; of two ways to begin there the longer.
      let starts = openings.compactMap { text.range(of: $0, options: [.backwards, .literal]) }
      guard
        let start = starts.max(by: {
          ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound)
        })
      else { return nil }
      rest = text[start.upperBound...].utf8
    }
    // A trainer may leave out the white space at the very end, or end where a response was cut.
    for end in [closing, closing.trimmingCharacters(in: .whitespacesAndNewlines)]
    where !end.isEmpty && rest.suffix(end.utf8.count).elementsEqual(end.utf8) {
      rest = rest.dropLast(end.utf8.count)
      break
    }
    return String(decoding: rest, as: UTF8.self)
  }
}
