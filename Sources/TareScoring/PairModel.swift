/// Reward models that read two responses together and say which is better.
internal import Foundation
package import TareCore
package import TareEngine
package import TareTemplates
internal import TareTokenizers

/// Each order of a pair is an input of its own, with a score for the response that is shown first and one for
/// the other; scores count by their difference alone.
package final class PairModel: Sendable {
  package enum Form: String, Sendable, CaseIterable {
    /// A language model's logits of A and B after both responses: RLHFlow's pair-preference models (SLiC-HF,
    /// arXiv 2305.10425). The code: rewardbench/models/slicpairpm.py of allenai/reward-bench.
    case slic
    /// A head on the states of three marks: PairRM (arXiv 2306.02561), in the form of its class
    /// DebertaV2PairRM. The code: rewardbench/models/pairrm.py.
    case pairRM = "pairrm"
    /// An encoder–decoder's logits of A and B as its first token: SteamSHP-flan-t5 (arXiv 2110.08420), in the
    /// form of its model card.
    case steamSHP = "steamshp"
  }

  package let text: TextModel
  package let form: Form
  private let reading: Reading
  private let body: LazyBody
  private let date: CalendarDate

  private enum Reading: Sendable {
    /// The tokens of A and B.
    case labels([Int32])
    case head(PairHead)
    /// The same logits where no decoder gives them.
    case tokens(any RewardHead)
  }

  /// The form that a model's configuration names; nil for a model of single responses, or of a form that its
  /// files do not tell.
  package static func form(of config: ModelConfig) -> Form? {
    (config["architectures"]?.array ?? []).contains("DebertaV2PairRM") ? .pairRM : nil
  }

  /// - Parameter date: what templates that print one are told.
  /// - Throws: `TareError.badData` for a model that does not have what the form reads.
  package init(
    _ text: TextModel, form: Form, date: CalendarDate, threads: Int
  ) throws(TareError) {
    self.text = text
    self.form = form
    self.date = date
    do throws(TareError) {
      switch form {
      case .slic:
        reading = .labels(try Self.labels(text))
      case .pairRM:
        reading = .head(
          try PairHead(WeightReader(text.weights), text.weights.config, text.size.hiddenSize))
      case .steamSHP:
        reading = .tokens(
          try loadRewardHead(
            WeightReader(text.weights),
            HeadContext(
              hiddenSize: text.size.hiddenSize, config: text.weights.config,
              tokens: Self.labels(text))))
      }
    } catch {
      throw error.inside(text.weights.url.path)
    }
    body = LazyBody(text.weights, threads: threads)
  }

  /// The tokens of A and B.
  private static func labels(_ text: TextModel) throws(TareError) -> [Int32] {
    let ids = try ["A", "B"].map { (label) throws(TareError) in
      try text.tokenizer.encode(label, addSpecialTokens: false)
    }
    guard ids.allSatisfy({ $0.count == 1 }) else {
      throw .badData(
        place: "tokenizer", found: "labels A and B of several tokens", accepted: "one each")
    }
    return ids.map { $0[0] }
  }

  package var name: String { text.name }
  package var precision: String { text.precision }
  package var sharesPrefixes: Bool { text.sharesPrefixes }

  // MARK: - Inputs

  /// One response before another, to the same prompt.
  /// - Throws: `TareError.badData` for a conversation that the form has no place for.
  package func read(
    _ first: Conversation, before second: Conversation
  ) throws(TareError) -> DecisionRead {
    guard first.prompt == second.prompt else {
      throw .badData(
        place: "pair", found: "responses to two prompts", accepted: "responses to the same prompt")
    }
    try text.requirePlain(first, ScoringOptions(readRule: .last, date: date))
    try text.requirePlain(second, ScoringOptions(readRule: .last, date: date))
    switch reading {
    case .labels(let labels):
      let ids = try promptIDs(first, second)
      return DecisionRead(
        ids: ids, position: ids.count - 1, target: .labels(labels), temperature: 1, question: 0,
        order: [0, 1])
    case .head(let head): return try read(first, second, head)
    case .tokens:
      let ids = try fitting(
        text.tokenizer.encode(Self.post(first, second), addSpecialTokens: true))
      return DecisionRead(
        ids: ids, position: 0, target: .marks([0]), temperature: 1, question: 0, order: [0, 1])
    }
  }

  /// - Throws: `TareError.badData` for a pair that is longer than the model's texts may be.
  private func fitting(_ ids: [Int32]) throws(TareError) -> [Int32] {
    guard ids.count <= text.contextLength, !ids.isEmpty else {
      throw .badData(
        place: "pair", found: "\(ids.count) tokens",
        accepted: "1 to \(text.contextLength), as no part of a pair can be left out")
    }
    return ids
  }

  /// SteamSHP's text of a pair.
  /// - Throws: `TareError.badData` for a prompt of several messages.
  private static func post(
    _ first: Conversation, _ second: Conversation
  ) throws(TareError) -> String {
    guard first.prompt.count == 1, let post = first.prompt.first, post.role == "user" else {
      throw .badData(
        place: "messages", found: "the roles \(first.messages.map(\.role).joined(separator: ", "))",
        accepted: "one user's message and the response, as SteamSHP reads them")
    }
    return "POST: \(post.content) \n\n RESPONSE A: \(first.response)\n\n RESPONSE B: "
      + "\(second.response)\n\n Which response is better? RESPONSE"
  }

  /// What stands around the turns of a prompt, as the published code writes it, line breaks included.
  private static let context =
    "\n{% for message in messages %}{% if loop.index0 % 2 == 0 %}\n\n<turn> user"
    + "\n {{ message['content'] }}{% else %}\n\n<turn> assistant\n"
    + " {{ message['content'] }}{% endif %}{% endfor %}\n\n\n"

  /// The prompt of a language model: one user's message with both responses, and no BOS.
  private func promptIDs(
    _ first: Conversation, _ second: Conversation
  ) throws(TareError) -> [Int32] {
    guard let template = text.template(for: .init()) else {
      throw .badData(
        place: text.name, found: "no chat template", accepted: "one, which pairs are rendered by")
    }
    let context = try ChatTemplate(source: Self.context).render(
      messages: first.prompt, addGenerationPrompt: false, variables: [:], date: date)
    let message =
      "[CONTEXT] \(context) [RESPONSE A] \(first.response) [RESPONSE B] \(second.response) \n"
    var rendered = try text.render(
      [.user(message)], .init(), isPrompt: false, with: template,
      ScoringOptions(readRule: .last, date: date))
    if let bos = text.specialTokens["bos_token"] { rendered = rendered.replacing(bos, with: "") }
    return try fitting(text.tokenizer.encode(rendered, addSpecialTokens: false))
  }

  /// Tokens of the source and of each response, in the published lengths.
  private enum Longest {
    static let source = 1224
    static let all = 1224 + 2 * 412
  }

  private func read(
    _ first: Conversation, _ second: Conversation, _ head: PairHead
  ) throws(TareError) -> DecisionRead {
    let source = try encoded("<|source|>" + Self.source(first), limit: Longest.source)
    let limit = (Longest.all - source.count) / 2
    let left = try encoded("<|candidate1|>" + Self.candidate(first), limit: limit)
    let right = try encoded("<|candidate2|>" + Self.candidate(second), limit: limit)
    let ids = source + left + right
    var places: [Int] = []
    for mark in head.marks {
      let found = ids.indices.filter { ids[$0] == mark }
      guard found.count == 1 else {
        throw .badData(
          place: "pair", found: "\(found.count) tokens \(mark)",
          accepted: "one, the mark that Tare puts before source or response")
      }
      places.append(found[0])
    }
    return DecisionRead(
      ids: ids, position: places[2], target: .marks(places), temperature: 1, question: 0,
      order: [0, 1])
  }

  /// A text with the tokenizer's special tokens, its end cut off where it is too long.
  private func encoded(_ part: String, limit: Int) throws(TareError) -> [Int32] {
    let (before, after) = text.tokenizer.specialTokens()
    var ids = try text.tokenizer.encode(part, addSpecialTokens: false)
    let room = max(limit - before.count - after.count, 0)
    if ids.count > room { ids.removeLast(ids.count - room) }
    return before + ids + after
  }

  /// Users' turns, with places for the responses.
  /// - Throws: `TareError.badData` for turns that do not alternate.
  private static func source(_ conversation: Conversation) throws(TareError) -> String {
    let messages = conversation.messages
    let isAlternating = messages.enumerated().allSatisfy {
      $0.element.role == ($0.offset % 2 == 0 ? "user" : "assistant")
    }
    guard isAlternating, messages.count % 2 == 0 else {
      throw .badData(
        place: "messages", found: "the roles \(messages.map(\.role).joined(separator: ", "))",
        accepted: "user and assistant in turn, as PairRM reads them")
    }
    let turns = stride(from: 0, to: messages.count, by: 2).map {
      "USER: \(messages[$0].content)\nAssistant: <Response \($0 / 2 + 1)>"
    }
    return
      "Finish the following coversation in each i-th turn by filling in <Response i> with your "
      + "response." + turns.joined(separator: "\n")
  }

  private static func candidate(_ conversation: Conversation) -> String {
    let answers = conversation.messages.enumerated().filter { $0.offset % 2 == 1 }
    return answers.map { "<Response \($0.offset / 2 + 1)>: \($0.element.content)" }
      .joined(separator: "\n")
  }

  // MARK: - Scores

  /// For each read the scores of the response shown first and of the other, the same bits whatever else is
  /// read.
  /// - Throws: `TareError.badData` for a score that is not finite.
  package func answers(_ reads: [DecisionRead]) throws(TareError) -> [DecisionReading] {
    let loaded = try body.body()
    var readings = [DecisionReading?](repeating: nil, count: reads.count)
    for batch in BatchPlan.batches(reads.map(\.ids), sharesPrefixes: sharesPrefixes) {
      let own = batch.members.map { reads[$0] }
      let states = try loaded.hiddenStates(
        own.map(\.ids), types: nil,
        at: own.map { read in
          if case .marks(let places) = read.target { places } else { [read.position] }
        })
      for (member, reading) in zip(batch.members, try values(of: own, states, loaded)) {
        readings[member] = reading
      }
    }
    try text.weights.checkUnchanged()
    return readings.compactMap(\.self)
  }

  private func values(
    of reads: [DecisionRead], _ states: [[[Float]]], _ body: any Body
  ) throws(TareError) -> [DecisionReading] {
    switch reading {
    case .labels(let labels):
      guard let decoder = body as? Decoder else {
        throw .badData(
          place: text.weights.url.path, found: "an encoder", accepted: "a language model")
      }
      let found = try decoder.labelLogits(
        of: reads.map { _ in labels }, after: states.map { $0[0] })
      var readings: [DecisionReading] = []
      for (read, found) in zip(reads, found) {
        readings.append(
          try DecisionReading(
            read, found.values, mass: found.mass, isTopALabel: found.isTopALabel))
      }
      return readings
    case .head(let head):
      var readings: [DecisionReading] = []
      for (read, states) in zip(reads, states) {
        readings.append(try DecisionReading(read, head.scores(states)))
      }
      return readings
    case .tokens(let head):
      var readings: [DecisionReading] = []
      for (read, states) in zip(reads, states) {
        readings.append(try DecisionReading(read, head.outputs(states[0])))
      }
      return readings
    }
  }
}
