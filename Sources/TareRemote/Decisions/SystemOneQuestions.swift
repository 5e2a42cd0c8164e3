/// System One, as transformers serve 5.23, vLLM and `tare serve` answer it: `POST /v1/systemone`.
internal import TareCore
internal import TareScoring

/// State and questions go as they are. vLLM's answers have the labels' share of the vocabulary beside
/// them.
enum SystemOneQuestions: DecisionProtocol {
  static let key = "systemone"
  static let summary = "System One: transformers serve, vLLM, tare serve (POST /v1/systemone)"
  static let path = "/v1/systemone"

  static func body(of request: DecisionRequest, model: String) throws(TareError) -> JSONValue {
    var questions = JSONObject()
    for question in request.questions { questions[question.name] = question.json }
    return [
      "model": .string(model), "state": request.state, "questions": .object(questions),
    ]
  }

  static func answers(
    in reply: JSONValue, to request: DecisionRequest
  ) throws(TareError) -> RemoteDecisions {
    guard let answers = reply["answers"]?.object else {
      throw .badData(place: "reply", found: reply.outline, accepted: "an object 'answers'")
    }
    var readings: [DecisionReading?] = []
    for question in request.questions {
      do throws(TareError) {
        readings.append(
          try reading(
            answers[question.name] ?? .null, of: question,
            reply["diagnostics"]?[question.name] ?? .null))
      } catch {
        throw error.inside("'answers', question '\(question.name)'")
      }
    }
    return RemoteDecisions(
      readings: readings, inputTokens: max(reply["usage"]?["input_tokens"]?.int ?? 0, 0))
  }

  private static func reading(
    _ answer: JSONValue, of question: DecisionQuestion, _ diagnostics: JSONValue
  ) throws(TareError) -> DecisionReading {
    guard answer["type"]?.string == question.kind.rawValue else {
      throw .badData(
        place: "", found: answer.outline, accepted: "an answer of type \(question.kind.rawValue)")
    }
    let mass = diagnostics["label_mass"]?.double
    guard mass.map({ $0.isFinite && $0 >= 0 }) ?? true else {
      throw .badData(
        place: "'label_mass'", found: diagnostics.text(), accepted: "a share of the vocabulary")
    }
    return try DecisionReading(
      remote: probabilities(answer, of: question), mass: mass,
      isTopALabel: diagnostics["argmax_is_label"]?.bool)
  }

  private static func probabilities(
    _ answer: JSONValue, of question: DecisionQuestion
  ) throws(TareError) -> [Double] {
    if question.kind == .noul {
      guard let yes = answer["noul"]?.double else {
        throw .badData(place: "'noul'", found: answer.outline, accepted: "a probability")
      }
      return [yes, 1 - yes]
    }
    guard let given = answer["probabilities"]?.object, given.count == question.options.count else {
      throw .badData(
        place: "'probabilities'", found: answer["probabilities"]?.outline ?? "nothing",
        accepted: "an object of \(question.options.count) options")
    }
    var probabilities: [Double] = []
    for option in question.options {
      guard let value = given[option.name]?.double else {
        throw .badData(
          place: "'probabilities'", found: "no number for option '\(option.name)'",
          accepted: "the probability of every option")
      }
      probabilities.append(value)
    }
    return probabilities
  }
}
