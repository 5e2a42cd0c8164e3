/// vLLM's requests about tokens (vllm/entrypoints/serve/tokenize).
internal import TareCore
internal import TareScoring
internal import TareServing

/// `/tokenize` and `/detokenize`: the tokens that would be scored, and the text that tokens stand for.
enum VLLMTokens: WireProtocol {
  static let key = "vllm-tokens"
  static let summary = "vLLM's tokens (POST /tokenize, /detokenize)"
  static let checksModel = true

  static let endpoints = [
    Endpoint(
      path: "/tokenize", member: "prompt", reads: ["add_special_tokens", "return_token_strs"]
    ) { call throws(TareError) in
      try tokens(
        call,
        .rendered(
          try call.string("prompt"), addsSpecialTokens: try call.flag("add_special_tokens") ?? true)
      )
    },
    Endpoint(
      path: "/tokenize", member: "messages",
      reads: RewardCall.chatMembers.union(["return_token_strs"])
    ) { call throws(TareError) in try tokens(call, try call.chat("messages", isPrompt: true)) },
    Endpoint(path: "/detokenize", member: "tokens") { call throws(TareError) in
      let ids = (call.body["tokens"]?.array ?? []).map {
        $0.lenientInteger.flatMap { Int32(exactly: $0) }
      }
      guard call.body["tokens"]?.array != nil, !ids.contains(nil) else {
        throw call.wrong("tokens", "an array of tokens")
      }
      return ["prompt": .string(try call.service.model.spell(ids.compactMap(\.self)).text)]
    },
  ]

  private static func tokens(
    _ call: RewardCall, _ text: ServedText
  ) throws(TareError) -> JSONValue {
    var text = text
    text.hasNoLimit = true
    let model = call.service.model
    let ids = try model.tokenize(text).ids
    let wantsSpelling = try call.flag("return_token_strs") ?? false
    return [
      "count": .int(ids.count),
      "max_model_len": model.profile.longest.map { .int($0) } ?? .null,
      "tokens": .array(ids.map { .int(Int($0)) }),
      "token_strs": wantsSpelling
        ? .array(try model.spell(ids).tokens.map { .string($0) }) : .null,
    ]
  }
}
