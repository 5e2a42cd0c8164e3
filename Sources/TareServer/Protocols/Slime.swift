/// slime's remote reward (slime/rollout/rm_hub, `--rm-type remote_rm`).
internal import TareCore
internal import TareServing

/// `POST /reward`: one prompt and response in, the reward itself out, a bare number.
enum Slime: WireProtocol {
  static let key = "slime"
  static let summary = "slime (POST /reward)"

  static let endpoints = [
    Endpoint(
      path: "/reward", member: "response",
      reads: ["prompt", "tools", "documents", "chat_template", "chat_template_kwargs"]
    ) { call throws(TareError) in
      let response = try call.string("response")
      let context = try call.templateContext()
      guard call.body["prompt"]?.array == nil else {
        let prompt = try call.messages("prompt") { (message) in
          RequestMessage(message).withoutNulls
        }
        return try await reward(
          of: .conversation(Conversation(prompt: prompt, response: response, context: context)),
          call)
      }
      // A prompt that the chat template has rendered ends where the response begins.
      let prompt = try call.string("prompt")
      let isRendered = call.service.model.response(in: prompt, after: nil) != nil
      guard !isRendered || context.isEmpty else {
        throw .badData(
          place: "'prompt'",
          found: "a rendered text and variables of the chat template",
          accepted: "only one of the two")
      }
      return try await reward(
        of: isRendered
          ? .rendered(prompt + response, prompt: prompt)
          : .conversation(
            Conversation(prompt: [.user(prompt)], response: response, context: context)), call)
    }
  ]

  private static func reward(
    of text: ServedText, _ call: RewardCall
  ) async throws(TareError) -> JSONValue {
    try await call.rewards([text])[0].json()
  }
}
