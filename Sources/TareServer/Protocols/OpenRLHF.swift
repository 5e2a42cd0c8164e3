/// The remote reward protocol of OpenRLHF (openrlhf/cli/serve_rm.py, openrlhf/utils/agent.py).
internal import TareCore
internal import TarePipeline

/// `POST /get_reward`: texts that the trainer has rendered, special tokens included, in `query`; raw
/// rewards out. `prompts` and `labels` come along and are not read, as in OpenRLHF's own server.
enum OpenRLHF: WireProtocol {
  static let key = "openrlhf"
  static let summary = "OpenRLHF's remote rewards (POST /get_reward)"

  static let endpoints = [
    Endpoint(path: "/get_reward", member: "query") {
      request, service, limits throws(TareError) in
      let texts = try limits.texts(of: request, "query")
      let scores = try await service.score(rendered: texts)
      let rewards = JSONValue.array(scores.map { .double(Double($0.value)) })
      // Newer trainers read `scores`, older ones `rewards`; what is in `extra_logs` they plot.
      return ["rewards": rewards, "scores": rewards, "extra_logs": ["dummy_scores": rewards]]
    }
  ]
}
