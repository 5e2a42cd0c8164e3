/// vLLM's classification (vllm/entrypoints/pooling/classify): `POST /classify`.
internal import TareCore

/// vLLM puts a sigmoid over the reward unless the request says `use_activation: false`, which it knows
/// from 0.11.2 on; older ones ignore that and answer the sigmoid. Their member `activation` is not sent
/// beside it: some versions take any value of it for yes.
///
/// Tokens are sent where they are known. The `input` of versions before 0.15.1 is text alone: they get
/// texts, with one BOS, which the number of tokens that they have read shows. Messages that nobody here
/// has a template for are sent one conversation a request, which is all that vLLM takes.
enum VLLMRewards: RemoteProtocol {
  static let key = "vllm"
  static let summary = "vLLM from 0.11.2 on (POST /classify; /pooling for models that score tokens)"
  static let path = "/classify"
  static let takesTokens = true
  static let textForms = TextForm.allCases
  static let answersLabels = true
  static let takesMessages = true
  static let namesModel = true
  static let ofTokens: (any RemoteProtocol.Type)? = VLLMTokenRewards.self

  static func request(for texts: [RemoteText], model: String?) -> JSONValue {
    var request = members(of: texts, model: model)
    request["use_activation"] = false
    return .object(request)
  }

  /// What all of its requests say of texts.
  static func members(of texts: [RemoteText], model: String?) -> JSONObject {
    var request: JSONObject = [:]
    request["model"] = model.map { .string($0) }
    if let chat = texts.first?.chat {
      for (name, value) in chat.members { request[name] = value }
      return request
    }
    request["input"] = .array(texts.map { $0.idsOrText })
    request["add_special_tokens"] = .bool(texts.first?.addsSpecialTokens ?? false)
    return request
  }

  static func rewards(in reply: JSONValue) throws(TareError) -> [JSONValue] {
    guard let data = reply["data"] else {
      throw .badData(place: "reply", found: reply.outline, accepted: "an array 'data'")
    }
    return try data.ordered("reply, 'data'").map { (element) throws(TareError) in
      try (element["probs"] ?? .null).labels("reply, 'probs'")
    }
  }

  static func tokenQuestion(
    _ text: String, model: String?
  ) -> (path: String, body: JSONValue)? {
    var request: JSONObject = ["prompt": .string(text), "add_special_tokens": false]
    request["model"] = model.map { .string($0) }
    return ("/tokenize", .object(request))
  }

  static func tokensRead(in reply: JSONValue) -> Int? { reply.usedTokens }
}

extension RemoteText {
  /// The tokens as an array, or the text as a string.
  var idsOrText: JSONValue {
    ids.map { ids in .array(ids.map { .int(Int($0)) }) } ?? .string(text)
  }
}
