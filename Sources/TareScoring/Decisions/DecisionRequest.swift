/// What a decision model is asked: a state, and typed questions about it (the System One request).
package import TareCore

package struct DecisionRequest: Sendable, Hashable {
  /// Any JSON value.
  package var state: JSONValue
  /// At least one, in the order of the request.
  package var questions: [DecisionQuestion]
  /// A system message before a default prompt, which vLLM's clients may send.
  package var system: String?

  package init(state: JSONValue, questions: [DecisionQuestion]) {
    self.state = state
    self.questions = questions
  }

  /// A request as JSON text, read as Python's `json` reads it but for lone surrogates, which no
  /// tokenizer takes.
  /// - Throws: `TareError.badData` for what is no JSON, and as `init(_:)`.
  package init(parsing text: some StringProtocol) throws(TareError) {
    var reader = JSONReader(Array(text.utf8), takesNonFinite: true, takesLoneSurrogates: false)
    var value = JSONValue.null
    try reader.document { (reader) throws(TareError) in value = try reader.value() }
    try self.init(value)
  }

  /// - Throws: `TareError.badData` that names every question that is refused, a line each.
  package init(_ json: JSONValue) throws(TareError) {
    guard let object = json.object, let state = object["state"], let questions = object["questions"]
    else {
      throw .badData(
        place: "request", found: json.outline, accepted: "an object with state and questions")
    }
    self.init(state: state, questions: try Self.questions(questions))
    guard Self.isEmpty(object["assets"]) else {
      throw .badData(
        place: "request, 'assets'", found: "images", accepted: "text: the model reads no images")
    }
  }

  /// Questions by name.
  package static func questions(_ json: JSONValue) throws(TareError) -> [DecisionQuestion] {
    guard let object = json.object, !object.isEmpty else {
      throw .badData(
        place: "questions", found: json.object == nil ? json.kindName : "none",
        accepted: "an object of questions by name, at least one")
    }
    var questions: [DecisionQuestion] = []
    var errors: [TareError] = []
    for (name, question) in object.members {
      do throws(TareError) {
        questions.append(try DecisionQuestion(named: name, question))
      } catch {
        errors.append(error)
      }
    }
    if let error = TareError(questions: errors) { throw error }
    return questions
  }

  /// Whether Python takes it for nothing.
  private static func isEmpty(_ assets: JSONValue?) -> Bool {
    switch assets {
    case nil, .null?, .bool(false)?, .int(0)?: true
    case .string(let text)?: text.isEmpty
    case .array(let values)?: values.isEmpty
    case .object(let object)?: object.isEmpty
    default: false
    }
  }
}

extension TareError {
  /// What is wrong with several questions, a line each; nil for none.
  init?(questions errors: [TareError]) {
    guard let first = errors.first else { return nil }
    guard errors.count > 1, case .badData(let place, let found, let accepted) = first else {
      self = first
      return
    }
    let rest = errors.dropFirst().map { "\n\($0)" }.joined()
    self = .badData(place: place, found: found + rest, accepted: accepted)
  }
}
