/// slime's remote reward (slime/rollout/rm_hub, `--rm-type remote_rm`).
internal import TareCore
internal import TarePipeline

/// `POST /reward`: one prompt and response in, the reward itself out, a bare number.
enum Slime: WireProtocol {
  static let key = "slime"
  static let summary = "slime (POST /reward)"

  static let endpoints = [
    Endpoint(path: "/reward", member: "response") { call throws(TareError) in
      let response = try call.string("response")
      guard call.body["prompt"]?.array == nil else {
        let prompt = try call.messages("prompt")
        return try await reward(
          of: .conversation(Conversation(prompt: prompt, response: response)), call)
      }
      // A prompt that the chat template has rendered ends where the response begins.
      let prompt = try call.string("prompt")
      let isRendered = call.service.model.response(in: prompt, after: nil) != nil
      return try await reward(
        of: isRendered ? .rendered(prompt + response, prompt: prompt) : .pair(prompt, response),
        call)
    }
  ]

  private static func reward(
    of text: ServedText, _ call: RewardCall
  ) async throws(TareError) -> JSONValue {
    try await call.rewards([text])[0].json()
  }
}
