/// The model behind `tare serve` of typed questions: a rubric's reward, or questions alone.
package import TareCore
package import TareScoring

/// Rewards of conversations by a rubric; rendered texts and tokens have no prompt and response that
/// questions could be about.
package struct RubricModel: ServedModel {
  /// What is asked of a conversation, and what its answers are worth.
  package struct Rubric: Sendable {
    package let state: @Sendable (Conversation) -> JSONValue
    package let questions: [DecisionQuestion]
    package let reward: @Sendable ([DecisionAnswer]) -> Double?

    package init(
      questions: [DecisionQuestion], state: @escaping @Sendable (Conversation) -> JSONValue,
      reward: @escaping @Sendable ([DecisionAnswer]) -> Double?
    ) {
      self.questions = questions
      self.state = state
      self.reward = reward
    }
  }

  private let model: DecisionModel
  /// nil where questions come with requests.
  private let rubric: Rubric?
  /// What answers go through before they make a reward; nil for none.
  private let probabilities: ServedProbabilities?

  /// - Throws: `TareError.badData` for a question of the rubric that the calibration does not know.
  package init(
    _ model: DecisionModel, rubric: Rubric?, probabilities: ServedProbabilities? = nil
  ) throws(TareError) {
    self.model = model
    self.rubric = rubric
    self.probabilities = probabilities
    try probabilities?.check(rubric?.questions ?? [])
  }

  package var name: String { model.name }
  package var sharesPrefixes: Bool { false }

  package func tokenize(_ text: ServedText) throws(TareError) -> TokenizedConversation {
    guard let rubric else {
      throw .badData(
        place: "model", found: "a server of typed questions",
        accepted: "a request to /v1/systemone or /v1/decisions, or a server with a rubric")
    }
    guard text.cut == nil else {
      throw .badData(place: "truncation", found: "a limit", accepted: "whole conversations")
    }
    let conversation: Conversation
    switch text.form {
    case .conversation(let served) where served.response != nil:
      conversation = served.conversation
    case .pair(let query, let document, _):
      conversation = Conversation(prompt: [.user(query)], response: document)
    default:
      throw .badData(
        place: "text", found: "a rendered text",
        accepted:
          "messages that end with the assistant's, as a rubric asks about prompt and response")
    }
    return TokenizedConversation(
      unrendered: ["state": rubric.state(conversation)], response: conversation.response)
  }

  package func response(in rendered: String, after prompt: String?) -> String? { nil }

  package func score(_ texts: [TokenizedConversation]) throws(TareError) -> [Score] {
    guard let rubric else { return [] }
    let requests = texts.map { text in
      DecisionRequest(state: text.chat?["state"] ?? .null, questions: rubric.questions)
    }
    var scores: [Score] = []
    for (text, readings) in zip(texts, try model.answers(requests)) {
      let raw = zip(rubric.questions, readings).map { DecisionAnswer($0, $1) }
      let answers = try probabilities?.answers(raw) ?? raw
      guard let value = rubric.reward(answers) else {
        throw .badData(
          place: "reward", found: "none", accepted: "a rubric with weights for its questions")
      }
      scores.append(
        Score(
          value: Float(value), tokens: readings.reduce(0) { $0 + $1.tokens }, length: text.length,
          readAt: 0, truncated: false))
    }
    return scores
  }
}
