/// The prompts of a request: text, tokens, and where each question is read.
internal import TareCore
internal import TareTemplates
internal import TareTokenizers

package struct DecisionPrompt: Sendable {
  /// As the template renders it, with marks and splits, and with U+F0000 and U+F0001 around control
  /// tokens that are encoded as text.
  package let text: String
  /// Without marks and splits.
  package let ids: [Int32]
  /// The number of tokens before each mark; of a prompt without marks, of all.
  package let marks: [Int]
  /// Where its questions stand in the request.
  package let questions: [Int]
  /// The questions as they are read.
  let placed: [PlacedQuestion]
  let form: DecisionForm
  /// What a head layout of its own reads; empty for others.
  var sequences: [OptionSequence] = []

  /// The position that a question's scores are read at, the last one for a mark at the start.
  func position(_ place: Int) -> Int { marks[place] == 0 ? ids.count - 1 : marks[place] - 1 }
}

/// What makes prompts of requests.
struct DecisionPrompter: Sendable {
  static let mark = "<|mark|>"
  static let split = "<|split|>"

  private let text: TextModel
  private let settings: DecisionSettings
  /// With the two tokens that are cut out again.
  private let tokenizer: Tokenizer
  private let markID: Int32
  private let splitID: Int32
  /// What renders a question: the default prompt, which goes into the chat template, or the model's own.
  private let template: ChatTemplate
  private let controlTokens: ControlTokens
  /// Whether one prompt has all questions.
  let isJoint: Bool
  /// Whether each mark must have a question.
  private let countsMarks: Bool
  private let date: CalendarDate

  /// - Parameter countsMarks: whether there must be as many marks as questions.
  /// - Throws: `TareError.badData` for a template that is none.
  init(
    _ text: TextModel, _ settings: DecisionSettings, countsMarks: Bool, date: CalendarDate
  ) throws(TareError) {
    self.text = text
    self.settings = settings
    self.countsMarks = countsMarks
    self.date = date
    tokenizer = try text.tokenizer.adding(specialTokens: [Self.mark, Self.split])
    guard let mark = tokenizer.id(of: Self.mark), let split = tokenizer.id(of: Self.split) else {
      throw .fault("the tokenizer has no \(Self.mark) though it was added")
    }
    (markID, splitID) = (mark, split)
    let source = settings.template ?? settings.message?.template ?? DecisionTemplates.chat
    do throws(TareError) {
      template = try ChatTemplate(source: source)
    } catch {
      throw error.inside("decision template")
    }
    isJoint = template.reads("questions")
    let shown = settings.template == nil ? text.mainTemplate?.template : template
    controlTokens = ControlTokens(
      tokenizer, chosen: text.chosenControlTokens, templateText: shown?.literalText ?? "")
  }

  /// - Throws: `TareError.badData` that names the question.
  func prompts(
    _ request: DecisionRequest, _ form: DecisionForm
  ) throws(TareError) -> [DecisionPrompt] {
    // A template of the model's own is the model's prompt, whoever asks.
    let form = settings.template == nil && settings.message == nil ? form : .transformers
    var placed: [PlacedQuestion] = []
    var errors: [TareError] = []
    for question in request.questions {
      do throws(TareError) {
        try settings.message?.check(question)
        switch form {
        case .transformers: placed.append(try settings.placed(question))
        case .vllm: placed.append(try question.placedForVLLM())
        case .otherLabels: placed.append(try settings.relabelled.placed(question))
        }
      } catch {
        errors.append(error)
      }
    }
    if let error = TareError(questions: errors) { throw error }
    let groups = isJoint ? [Array(placed.indices)] : placed.indices.map { [$0] }
    var prompts: [DecisionPrompt] = []
    for group in groups {
      let questions = group.map { placed[$0] }
      do throws(TareError) {
        prompts.append(try prompt(request, questions, places: group, form))
      } catch {
        let names = questions.map { "'\($0.question.name)'" }.joined(separator: ", ")
        throw error.inside("question \(names)")
      }
    }
    return prompts
  }

  private func prompt(
    _ request: DecisionRequest, _ questions: [PlacedQuestion], places: [Int],
    _ form: DecisionForm
  ) throws(TareError) -> DecisionPrompt {
    let rendered = try rendered(request, questions, form)
    let all =
      settings.sanitizesControlTokens
      ? try controlTokens.encode(rendered, tokenizer).ids
      : try tokenizer.encode(rendered, addSpecialTokens: false)
    var ids: [Int32] = []
    var marks: [Int] = []
    for id in all {
      if id == markID { marks.append(ids.count) } else if id != splitID { ids.append(id) }
    }
    guard !ids.isEmpty else {
      throw .badData(place: "prompt", found: "no tokens", accepted: "at least one")
    }
    if marks.isEmpty { marks = [ids.count] }
    guard countsMarks ? marks.count == questions.count : marks.count >= questions.count else {
      throw .badData(
        place: "decision template", found: "\(marks.count) marks in a prompt",
        accepted: "\(questions.count), one for each question")
    }
    guard ids.count <= text.contextLength else {
      throw .badData(
        place: "prompt", found: "\(ids.count) tokens",
        accepted: "at most \(text.contextLength), the model's context")
    }
    return DecisionPrompt(
      text: rendered, ids: ids, marks: marks, questions: places, placed: questions, form: form)
  }

  // MARK: - Text

  private func rendered(
    _ request: DecisionRequest, _ questions: [PlacedQuestion], _ form: DecisionForm
  ) throws(TareError) -> String {
    guard settings.template == nil else { return try renderedOwn(request.state, questions) }
    let template = form == .vllm ? try Self.vllm.get() : template
    var variables: [String: JSONValue] = ["state": request.state]
    variables["question"] = questions.first?.json
    let content = try template.render(
      messages: [JSONValue](), addGenerationPrompt: true, variables: variables, date: date)
    guard let chat = text.mainTemplate else {
      throw .badData(
        place: "chat template", found: "none", accepted: "a chat model, or a decision template")
    }
    func shown(_ text: String) -> String {
      settings.sanitizesControlTokens ? controlTokens.marked(text) : text
    }
    var messages: [Message] = []
    if let system = settings.message?.system ?? request.system.map(shown) {
      messages.append(Message(role: "system", content: system))
    }
    messages.append(.user(shown(content)))
    return try chat.template.render(
      messages: messages, addGenerationPrompt: true, variables: common, date: date)
  }

  private static let vllm = Result { () throws(TareError) -> ChatTemplate in
    try ChatTemplate(source: DecisionTemplates.vllm)
  }

  /// By the model's template, which writes every token itself.
  private func renderedOwn(
    _ state: JSONValue, _ questions: [PlacedQuestion]
  ) throws(TareError) -> String {
    func protected(_ value: JSONValue) -> JSONValue {
      settings.sanitizesControlTokens ? controlTokens.markedWhole(value) : value
    }
    var variables = common
    variables["state"] = protected(state)
    let shown = questions.map { protected($0.json) }
    variables["question"] = shown.first
    if isJoint { variables["questions"] = .array(shown) }
    return try template.render(
      messages: [.user("")], addGenerationPrompt: true, variables: variables, date: date)
  }

  private var common: [String: JSONValue] {
    var variables = text.templateVariables
    variables["enable_thinking"] = false
    return variables
  }
}

extension DecisionRequest {
  /// Without marks and splits, which nothing else would keep out of the prompt. Of names that are then
  /// the same the last one counts, in the place of the first.
  var withoutSentinels: DecisionRequest {
    var request = DecisionRequest(state: state.withoutSentinels, questions: [])
    request.system = system?.withoutSentinels
    for question in questions {
      var own = question
      own.name = question.name.withoutSentinels
      own.instructions = question.instructions.withoutSentinels
      own.options = []
      for option in question.options {
        let name = option.name.withoutSentinels
        let made = DecisionQuestion.Option(
          name: name, description: option.description.withoutSentinels)
        if let place = own.options.firstIndex(where: { $0.name.isExactly(name) }) {
          own.options[place] = made
        } else {
          own.options.append(made)
        }
      }
      if let place = request.questions.firstIndex(where: { $0.name.isExactly(own.name) }) {
        request.questions[place] = own
      } else {
        request.questions.append(own)
      }
    }
    return request
  }
}

extension String {
  private static let sentinels = TokenFinder([DecisionPrompter.mark, DecisionPrompter.split])

  /// Byte by byte, as the tokenizer finds them; again until none is left, so that no two halves join.
  fileprivate var withoutSentinels: String {
    var bytes = Array(utf8)
    while case let found = Self.sentinels.matches(in: bytes), !found.isEmpty {
      for range in found.reversed() { bytes.removeSubrange(range) }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension JSONValue {
  fileprivate var withoutSentinels: JSONValue {
    switch self {
    case .string(let text): return .string(text.withoutSentinels)
    case .array(let values): return .array(values.map(\.withoutSentinels))
    case .object(let object):
      var result = JSONObject()
      for (key, value) in object.members { result[key.withoutSentinels] = value.withoutSentinels }
      return .object(result)
    default: return self
    }
  }
}
