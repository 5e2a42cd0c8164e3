/// The registry of how language models elsewhere are asked to judge. To add one: write its file, and add
/// its type here.
package import TareCore

package enum ChatProtocols {
  package static let registry = Registry<any ChatProtocol.Type>(
    "judge protocol",
    [
      OpenAIChat.self
    ]
  ) { $0 }
}

/// How one kind of server is asked for an answer to messages, and how it replies.
package protocol ChatProtocol: Registered {
  /// Where requests go when the server's URL names no path.
  static var path: String { get }
  /// The body of a request.
  ///
  /// - Parameters:
  ///   - messages: objects with a role and a content.
  ///   - model: what the server calls its model.
  static func request(
    _ messages: [JSONValue], model: String, _ options: ChatOptions
  ) -> JSONObject
  /// - Throws: `TareError.badData` that names the member that is missing or wrong.
  static func answer(in reply: JSONValue) throws(TareError) -> ChatAnswer
  /// What is kept of a reply: all that may be read of it.
  static func kept(_ reply: JSONValue) -> JSONValue
  /// The same request without what asks for log-probabilities.
  static func withoutLogProbabilities(_ request: JSONObject) -> JSONObject
}

/// How an answer is generated.
package struct ChatOptions: Sendable, Hashable {
  /// Tokens of an answer at most.
  package var maxTokens = 16
  package var temperature = 0.0
  /// Servers that know `seed` give the same answer for the same one.
  package var seed = 1
  /// Alternatives of each token that the server is asked for; 0 for none.
  package var alternatives = 20
  /// Members of the request's body beside those, or in their place; null leaves one out.
  package var members: JSONObject = [:]

  package init() {}

  /// - Throws: `TareError.usage` for numbers out of range.
  package func check() throws(TareError) {
    guard maxTokens > 0 else {
      throw .usage("tokens of an answer: expected at least 1, found \(maxTokens)")
    }
    guard temperature.isFinite, (0...10).contains(temperature) else {
      throw .usage("temperature: expected 0 to 10, found \(temperature)")
    }
    guard (0...100).contains(alternatives) else {
      throw .usage("alternatives of a token: expected 0 to 100, found \(alternatives)")
    }
  }
}
