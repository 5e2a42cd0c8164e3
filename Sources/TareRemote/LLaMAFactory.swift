/// LLaMA-Factory's own reward server (src/llamafactory/api): `POST /v1/score/evaluation`.
internal import TareCore

/// `messages` are texts that the template has rendered; the server adds no special tokens to them.
enum LLaMAFactoryRewards: RemoteProtocol {
  static let key = "llamafactory"
  static let summary = "LLaMA-Factory's reward server (POST /v1/score/evaluation)"
  static let path = "/v1/score/evaluation"
  static let namesModel = true

  static func request(for texts: [RemoteText], model: String?) -> JSONValue {
    ["model": .string(model ?? "model"), "messages": .array(texts.map { .string($0.text) })]
  }

  static func rewards(in reply: JSONValue) throws(TareError) -> [JSONValue] {
    guard let scores = reply["scores"]?.array else {
      throw .badData(place: "reply", found: reply.outline, accepted: "an array 'scores'")
    }
    return scores
  }
}
