/// The remote reward protocol of OpenRLHF (openrlhf/cli/serve_rm.py, openrlhf/utils/agent.py).
internal import TareCore
internal import TareServing

/// `POST /get_reward`: texts that the trainer has rendered, special tokens included, in `query`; raw
/// rewards out. `labels` come along and are not read; of `prompts` a calibration learns where responses
/// begin.
enum OpenRLHF: WireProtocol {
  static let key = "openrlhf"
  static let summary = "OpenRLHF (POST /get_reward)"

  static let endpoints = [
    Endpoint(path: "/get_reward", member: "query", reads: ["prompts", "labels"]) {
      call throws(TareError) in
      let texts = try call.limits.texts(of: call.body, "query")
      let prompts = (call.body["prompts"]?.array ?? []).map(\.string)
      let rewards = try await call.rewards(
        texts.indices.map { index in
          .rendered(texts[index], prompt: prompts.count == texts.count ? prompts[index] : nil)
        })
      let values = JSONValue.array(rewards.map { $0.json() })
      // What is in `extra_logs` trainers plot.
      var logs: JSONObject = ["dummy_scores": values]
      if call.service.calibration != nil {
        logs["raw_rewards"] = .array(rewards.map { .double(Double($0.score.value)) })
      }
      let deviations = rewards.compactMap(\.score.deviation)
      if deviations.count == rewards.count, !deviations.isEmpty {
        logs["score_sd"] = .array(deviations.map { .double(Double($0)) })
      }
      // Newer trainers read `scores`, older ones `rewards`.
      return ["rewards": values, "scores": values, "extra_logs": .object(logs)]
    }
  ]
}
