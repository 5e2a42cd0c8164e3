/// SGLang's native reward API, of a server that was started with `--is-embedding`: `POST /classify`.
internal import TareCore

/// The reward is the raw logit. Tokens are sent where they are known; of a text the server's tokenizer
/// makes them as it does of plain texts, with a BOS of its own where it has one.
enum SGLangRewards: RemoteProtocol {
  static let key = "sglang"
  static let summary = "SGLang (POST /classify)"
  static let path = "/classify"
  static let takesTokens = true
  static let answersLabels = true

  static func request(for texts: [RemoteText], model: String?) -> JSONValue {
    [texts.first?.ids == nil ? "text" : "input_ids": .array(texts.map { $0.idsOrText })]
  }

  static func rewards(in reply: JSONValue) throws(TareError) -> [JSONValue] {
    try reply.ordered("reply").map { (element) throws(TareError) in
      try (element["embedding"] ?? .null).labels("reply, 'embedding'")
    }
  }

  static func tokenQuestion(
    _ text: String, model: String?
  ) -> (path: String, body: JSONValue)? {
    (
      "/tokenize",
      ["model": .string(model ?? "default"), "prompt": .string(text), "add_special_tokens": false]
    )
  }

  static func tokensRead(in reply: JSONValue) -> Int? {
    var count = 0
    for element in reply.array ?? [] {
      guard let read = element["meta_info"]?["prompt_tokens"]?.int, read > 0 else { return nil }
      count += read
    }
    return count > 0 ? count : nil
  }
}
