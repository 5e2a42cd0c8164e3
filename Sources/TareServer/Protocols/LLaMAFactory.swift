/// LLaMA-Factory's reward API (`reward_model_type: api`; src/llamafactory/train/ppo/ppo_utils.py), and the
/// request of its own server.
internal import TareCore
internal import TareServing

/// `messages` are not messages but texts that the trainer has rendered, special tokens included; raw
/// rewards out. The trainer posts to whatever address its user gave it.
enum LLaMAFactory: WireProtocol {
  static let key = "llamafactory"
  static let summary = "LLaMA-Factory (POST /v1/score/evaluation, or any path)"

  static let endpoints = [endpoint(path: "/v1/score/evaluation")]
  /// The request at any path: told from all others by the strings in `messages`.
  static let anywhere = endpoint(path: "/")

  private static let isMeant: @Sendable (JSONObject) -> Bool = {
    $0["messages"]?.array?.first?.string != nil
  }

  private static func endpoint(path: String) -> Endpoint {
    Endpoint(
      path: path, member: "messages", reads: ["max_length"], where: isMeant
    ) { call throws(TareError) in
      let texts = try call.limits.texts(of: call.body, "messages")
      var cut: ServedText.Cut?
      if let length = try call.count("max_length"), length > 0 {
        cut = ServedText.Cut(tokens: length, side: .right, keepsBOS: true)
        cut?.isBound = true
      }
      let rewards = try await call.rewards(texts.map { .rendered($0) }, cut: cut)
      return [
        "id": call.id("scoreval"), "object": "score.evaluation", "model": call.modelName,
        "scores": .array(rewards.map { $0.json() }),
      ]
    }
  }
}
