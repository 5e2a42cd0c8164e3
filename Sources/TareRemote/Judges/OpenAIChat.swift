/// OpenAI's chat completions, as vLLM, SGLang, llama.cpp and hosted models serve them:
/// `POST /v1/chat/completions`.
internal import TareCore

/// `logprobs` with `top_logprobs` asks for the probabilities of each token's alternatives. The reference
/// is OpenAI's specification of `CreateChatCompletionRequest` and its response.
enum OpenAIChat: ChatProtocol {
  static let key = "openai"
  static let summary =
    "OpenAI's chat completions, also of vLLM, SGLang and llama.cpp (POST /v1/chat/completions)"
  static let path = "/v1/chat/completions"

  static func request(
    _ messages: [JSONValue], model: String, _ options: ChatOptions
  ) -> JSONObject {
    var request: JSONObject = [
      "model": .string(model), "messages": .array(messages),
      "max_tokens": .int(options.maxTokens), "temperature": .double(options.temperature),
      "seed": .int(options.seed),
    ]
    if options.alternatives > 0 {
      request["logprobs"] = true
      request["top_logprobs"] = .int(options.alternatives)
    }
    for (name, value) in options.members.members {
      request[name] = value == .null ? nil : value
    }
    return request
  }

  static func withoutLogProbabilities(_ request: JSONObject) -> JSONObject {
    var request = request
    request["logprobs"] = nil
    request["top_logprobs"] = nil
    return request
  }

  /// Tokens at the end of an answer whose alternatives are kept: a verdict stands there. Those of a long
  /// explanation would be megabytes.
  private static let tokensWithAlternatives = 64

  static func kept(_ reply: JSONValue) -> JSONValue {
    guard var whole = reply.object, var choices = whole["choices"]?.array, !choices.isEmpty,
      var choice = choices[0].object, var probabilities = choice["logprobs"]?.object,
      let tokens = probabilities["content"]?.array, tokens.count > tokensWithAlternatives
    else { return reply }
    let first = tokens.count - tokensWithAlternatives
    probabilities["content"] = .array(
      tokens.enumerated().map { index, token in
        guard index < first, var object = token.object else { return token }
        object["top_logprobs"] = nil
        return .object(object)
      })
    choice["logprobs"] = .object(probabilities)
    choices[0] = .object(choice)
    whole["choices"] = .array(choices)
    return .object(whole)
  }

  static func answer(in reply: JSONValue) throws(TareError) -> ChatAnswer {
    guard let choice = reply["choices"]?.array?.first, let message = choice["message"] else {
      throw .badData(
        place: "reply", found: reply.outline, accepted: "an array 'choices' with a message")
    }
    var answer = ChatAnswer(text: message["content"]?.string ?? "")
    answer.refusal = message["refusal"]?.string
    answer.finishReason = choice["finish_reason"]?.string
    answer.tokens = (choice["logprobs"]?["content"]?.array ?? []).compactMap(ChatToken.init)
    answer.promptTokens = reply["usage"]?["prompt_tokens"]?.int
    answer.completionTokens = reply["usage"]?["completion_tokens"]?.int
    return answer
  }
}

extension ChatToken {
  /// - Returns: nil for a token without text or a log-probability.
  fileprivate init?(_ json: JSONValue) {
    guard let own = ChatAlternative(json) else { return nil }
    self.init(
      bytes: own.bytes,
      alternatives: (json["top_logprobs"]?.array ?? []).compactMap(ChatAlternative.init))
  }
}

extension ChatAlternative {
  fileprivate init?(_ json: JSONValue) {
    guard let token = json["token"]?.string, let value = json["logprob"]?.double, !value.isNaN
    else { return nil }
    // Half a character has bytes, but no text.
    let bytes = json["bytes"]?.array?.compactMap { $0.int.flatMap { UInt8(exactly: $0) } }
    self.init(bytes: bytes ?? Array(token.utf8), logProbability: value)
  }
}
