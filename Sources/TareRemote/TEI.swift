/// Hugging Face's text-embeddings-inference (router/src/http/types.rs): `POST /predict`.
internal import TareCore
internal import TareScoring

/// `raw_scores: true` leaves the sigmoid off. The server puts its tokenizer's special tokens around
/// every text, and reads an encoder's pairs as such; it takes no tokens.
enum TEIRewards: RemoteProtocol {
  static let key = "tei"
  static let summary = "text-embeddings-inference (POST /predict)"
  static let path = "/predict"
  static let takesPairs = true
  static let addsSpecialTokens = true
  static let modelPaths = ["/info", "/v1/models"]

  static func request(for texts: [RemoteText], model: String?) -> JSONValue {
    let inputs = texts.map { text -> JSONValue in
      guard let pair = text.pair else { return [.string(text.text)] }
      return [.string(pair.prompt), .string(pair.response)]
    }
    return ["inputs": .array(inputs), "raw_scores": true]
  }

  static func tokenQuestion(
    _ text: String, model: String?
  ) -> (path: String, body: JSONValue)? {
    ("/tokenize", ["inputs": .string(text), "add_special_tokens": false])
  }

  static func tokens(in reply: JSONValue) -> [Int32]? { reply.array?.first?.tokenIDs }

  static func rewards(in reply: JSONValue) throws(TareError) -> [JSONValue] {
    try reply.ordered("reply").map { (element) throws(TareError) in
      try element.only("reply, a text's labels")["score"] ?? .null
    }
  }
}
