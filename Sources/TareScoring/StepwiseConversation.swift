/// Responses that process reward models read step by step, each in a form that token ids alone do not show:
/// steps as turns that labels answer (RLHFlow), and steps that are tokenized by themselves (TRL, Skywork-o1).
internal import Foundation
internal import TareCore
internal import TareTemplates
internal import TareTokenizers

extension TextModel {
  /// What stands between the steps of a response; nil where the response is not divided.
  private static func separator(_ options: ScoringOptions) -> String? {
    switch options.readRule {
    case .turns: options.stepSeparator ?? "\n\n"
    case .pieces: options.stepSeparator ?? "\n"
    default: nil
    }
  }

  /// The steps of a response, as the models' own code divides it.
  static func steps(of response: String, _ options: ScoringOptions) -> [String] {
    guard let separator = separator(options), !separator.isEmpty else { return [response] }
    let parts = response.unicodeScalars.split(
      separator: separator.unicodeScalars, omittingEmptySubsequences: false
    ).map { String($0) }
    // Skywork's code counts empty ones.
    if case .pieces(.skywork, _) = options.readRule { return parts }
    let steps = parts.filter { !$0.allSatisfy(\.isWhitespace) }
    return steps.isEmpty ? [response] : steps
  }

  /// Steps of a file as one response, which is divided into the same again.
  /// - Throws: `TareError.badData` for a step that contains the separator.
  func response(dividedInto steps: [String], _ options: ScoringOptions) throws(TareError) -> String
  {
    let separator = Self.separator(options) ?? "\n\n"
    let response = steps.joined(separator: separator)
    guard options.readRule.readsSteps else { return response }
    let found = Self.steps(of: response, options).count
    guard found == steps.count else {
      throw .badData(
        place: "response",
        found:
          "\(found) parts between '\(JSONValue.string(separator).text())' of \(steps.count) steps",
        accepted: "steps that are not blank and do not contain the step separator")
    }
    return response
  }

  /// - Parameter messages: those of the conversation, a system message put before them included.
  /// - Throws: `TareError.badData` for a conversation that the rule has no form for.
  func tokenize(
    stepwise conversation: Conversation, _ messages: [Message], _ options: ScoringOptions
  ) throws(TareError) -> TokenizedConversation {
    guard !options.sanitizesControlTokens else {
      throw .usage(
        "score position \(options.readRule): control tokens cannot be encoded as plain text")
    }
    guard options.ending == .message, conversation.turns.count == 1, messages.count > 1,
      messages[messages.count - 2].role == "user"
    else {
      throw .badData(
        place: "messages", found: "the roles \(messages.map(\.role).joined(separator: ", "))",
        accepted: "messages that end with the user's and one assistant's response")
    }
    switch options.readRule {
    case .turn(let label), .turns(let label, _):
      return try tokenize(turns: conversation, messages, label: label, options)
    case .pieces(let pieces, _):
      return try tokenize(pieces, conversation, messages, options)
    default: throw .fault("a rule that reads no steps by messages")
    }
  }

  // MARK: - Turns

  /// Prompt and first step as one user's turn, further steps as turns of their own, each answered by the
  /// label; read is the token before each label, which predicts it. The code: RLHFlow/RLHF-Reward-Modeling,
  /// math-rm/prm_evaluate.py and orm_evaluate.py.
  private func tokenize(
    turns conversation: Conversation, _ messages: [Message], label: Int32,
    _ options: ScoringOptions
  ) throws(TareError) -> TokenizedConversation {
    guard let template = template(for: conversation.context) else {
      throw .badData(
        place: "model", found: "no chat template", accepted: "one that renders steps as turns")
    }
    let word = try tokenizer.decode([label], skipSpecialTokens: false)
    var turns = Array(messages.dropLast(2))
    let prompt = messages[messages.count - 2].content
    let steps = Self.steps(of: conversation.response, options)
    for (index, step) in steps.enumerated() {
      let isWhole = !options.readRule.readsSteps
      let text = isWhole ? step : step.trimmingCharacters(in: .whitespacesAndNewlines)
      turns += [.user(index == 0 ? prompt + " " + text : text), .assistant(Self.mark(index))]
    }
    let marked = try render(
      turns, conversation.context, isPrompt: false, with: template, options)
    let parts = try Self.parts(of: marked, marks: steps.count)
    let text = parts.joined(separator: word)
    var ids = try tokenizer.encode(text, addSpecialTokens: false)
    // Each step is encoded with all before it: no more of them than can be read, special tokens aside.
    let limit = longest(options)
    guard steps.count <= limit, ids.count / 2 <= limit || options.truncation != .error else {
      throw .badData(
        place: "text", found: "\(ids.count) tokens in \(steps.count) steps",
        accepted: "at most \(limit) tokens")
    }
    var positions: [Int] = []
    var start = ""
    for part in parts.dropLast() {
      // What follows is cut off.
      if options.truncation == .right, (positions.last ?? 0) >= limit { break }
      start += part + word
      let own = try tokenizer.encode(start, addSpecialTokens: false)
      guard own.last == label, own.count > 1, ids.starts(with: own) else {
        throw .badData(
          place: "label", found: "'\(word)', which the tokenizer joins with the text around it",
          accepted: "a label that is one token, \(label), after the template's text")
      }
      positions.append(own.count - 2)
    }
    let whole = ids.count
    let (before, after) = specialTokens(around: &ids, options.bos)
    let shift = before.count - (whole - ids.count)
    ids = before + ids + after
    return try cut(
      ids, positions.map { $0 + shift }, text: text, keeping: before.count, conversation, options)
  }

  private static func mark(_ index: Int) -> String { "a1b2label\(index)c3d4" }

  /// A text at its marks, which must stand in it once each, in order.
  private static func parts(of text: String, marks: Int) throws(TareError) -> [String] {
    var parts: [String] = []
    var rest = text[...]
    for index in 0..<marks {
      guard let range = rest.range(of: mark(index), options: .literal),
        rest[range.upperBound...].range(of: mark(index), options: .literal) == nil
      else {
        throw .badData(
          place: "chat template", found: "a template that changes or repeats assistant messages",
          accepted: "one that writes the assistant's message once")
      }
      parts.append(String(rest[..<range.lowerBound]))
      rest = rest[range.upperBound...]
    }
    return parts + [String(rest)]
  }

  // MARK: - Pieces

  /// The code: TRL's PRMTrainer.tokenize_row; skywork-o1-prm-inference, model_utils/io_utils.py.
  private func tokenize(
    _ pieces: ReadRule.StepPieces, _ conversation: Conversation, _ messages: [Message],
    _ options: ScoringOptions
  ) throws(TareError) -> TokenizedConversation {
    try requirePlain(conversation, options)
    guard messages.count == 2 else {
      throw .badData(
        place: "messages", found: "the roles \(messages.map(\.role).joined(separator: ", "))",
        accepted: "one user's message and the response, which \(pieces.rawValue) reads as texts")
    }
    func encoded(_ text: String) throws(TareError) -> [Int32] {
      try tokenizer.encode(text, addSpecialTokens: false)
    }
    let separator = Self.separator(options) ?? "\n"
    var end = try encoded(separator)
    let prompt = messages[0].content
    var ids: [Int32]
    switch pieces {
    case .trl: ids = (tokenizer.bosID.map { [$0] } ?? []) + (try encoded(prompt))
    case .skywork:
      guard let bos = specialTokens["bos_token"] else {
        throw .badData(
          place: "tokenizer", found: "no bos_token", accepted: "one, which stands before the prompt"
        )
      }
      ids = try encoded(bos + prompt + "\n")
      end = Array(end.suffix(1))
    }
    guard !end.isEmpty else {
      throw .badData(
        place: "step separator", found: "no tokens of '\(separator)'",
        accepted: "a text with tokens")
    }
    let first = ids.first.map { $0 == tokenizer.bosID ? 1 : 0 } ?? 0
    var positions: [Int] = []
    let steps = Self.steps(of: conversation.response, options)
    for step in steps {
      ids += try encoded(step) + end
      positions.append(ids.count - 1)
    }
    let text = prompt + "\n" + steps.map { $0 + separator }.joined()
    return try cut(ids, positions, text: text, keeping: first, conversation, options)
  }

  // MARK: - Truncation

  /// Cuts tokens to the limit, of the beginning all but the first `count`; no token that is read is cut from
  /// there, and those at the end of a text that is cut there have no score.
  private func cut(
    _ ids: [Int32], _ positions: [Int], text: String, keeping count: Int,
    _ conversation: Conversation, _ options: ScoringOptions
  ) throws(TareError) -> TokenizedConversation {
    let limit = options.maxTokens ?? contextLength
    var (ids, positions) = (ids, positions)
    let excess = ids.count - limit
    if excess > 0 {
      switch options.truncation {
      case .left where (positions.first ?? 0) >= count + excess && count < limit:
        ids.removeSubrange(count..<(count + excess))
        positions = positions.map { $0 - excess }
      case .right where (positions.first ?? limit) < limit:
        ids.removeLast(excess)
        positions = positions.filter { $0 < limit }
      default:
        throw .badData(
          place: "text", found: "\(ids.count) tokens",
          accepted:
            "at most \(limit) tokens, or truncation to the left or the right that leaves the "
            + "first step")
      }
    }
    var result = TokenizedConversation(
      text: text, ids: ids, types: [], rule: options.readRule, positions: positions,
      responseStart: nil, truncated: excess > 0, length: conversation.length)
    result.hasUnreadStep = excess > 0 && options.truncation == .right
    return result
  }
}
