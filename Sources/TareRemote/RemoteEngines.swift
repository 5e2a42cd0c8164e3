/// The registry of engines elsewhere that score texts. To add one: write its file, and add its type
/// here.
package import TareCore

package enum RemoteEngines {
  package static let registry = Registry<any RemoteProtocol.Type>(
    "protocol",
    [
      VLLMRewards.self,
      SGLangRewards.self,
      TEIRewards.self,
      OpenRLHFRewards.self,
      LLaMAFactoryRewards.self,
      InfinityRewards.self,
      LlamaCppRewards.self,
    ]
  ) { $0 }
}

/// How one kind of engine is asked for rewards, and how it answers.
package protocol RemoteProtocol: Registered {
  /// Where requests go when the engine's URL names no path.
  static var path: String { get }
  /// Whether tokens are sent where they are known.
  static var takesTokens: Bool { get }
  /// How texts may be sent, the best way first: which one a server takes is found out by asking.
  static var textForms: [TextForm] { get }
  /// Whether a reward may be the raw numbers of several labels.
  static var answersLabels: Bool { get }
  /// Whether an encoder's pairs can be sent.
  static var takesPairs: Bool { get }
  /// Whether messages can be sent that the engine renders.
  static var takesMessages: Bool { get }
  /// What the engine speaks for models that score tokens; nil where that is the same, or nothing.
  static var ofTokens: (any RemoteProtocol.Type)? { get }
  /// Whether a reward may be rows of numbers, a row a token or a step.
  static var answersRows: Bool { get }
  /// Whether a request has one first text for all of its pairs.
  static var asksOneQuery: Bool { get }
  /// Whether the engine puts its tokenizer's special tokens around every text.
  static var addsSpecialTokens: Bool { get }
  /// Whether a request names the model.
  static var namesModel: Bool { get }
  /// Where an engine may say what it serves; asked in order.
  static var modelPaths: [String] { get }
  /// - Throws: `TareError.badData` for a text that the engine would read as another.
  static func check(_ text: RemoteText) throws(TareError)
  /// - Parameters:
  ///   - texts: of one form.
  ///   - model: what the engine calls its model, where requests name it and it is known.
  static func request(for texts: [RemoteText], model: String?) -> JSONValue
  /// The question for a text's tokens without special ones; nil where the engine answers none.
  static func tokenQuestion(_ text: String, model: String?) -> (path: String, body: JSONValue)?
  /// What it answers to that; nil for anything else.
  static func tokens(in reply: JSONValue) -> [Int32]?
  /// How many tokens of a request's texts the engine has read; nil where it does not say.
  static func tokensRead(in reply: JSONValue) -> Int?
  /// The rewards in the order of the request's texts, as they stand in the reply, numbers or rows of
  /// them: whether they are as many as the texts is checked by whoever asked.
  /// - Throws: `TareError.badData` that names the member that is missing or wrong.
  static func rewards(in reply: JSONValue) throws(TareError) -> [JSONValue]
}

extension RemoteProtocol {
  package static var textForms: [TextForm] { [takesTokens ? .tokens : .text] }
  package static var answersLabels: Bool { false }
  package static func tokenQuestion(
    _ text: String, model: String?
  ) -> (path: String, body: JSONValue)? { nil }
  package static func tokens(in reply: JSONValue) -> [Int32]? { reply["tokens"]?.tokenIDs }
  package static func tokensRead(in reply: JSONValue) -> Int? { nil }
  package static var takesTokens: Bool { false }
  package static var takesPairs: Bool { false }
  package static var takesMessages: Bool { false }
  package static var answersRows: Bool { false }
  package static var asksOneQuery: Bool { false }
  package static var ofTokens: (any RemoteProtocol.Type)? { nil }
  package static var addsSpecialTokens: Bool { false }
  package static func check(_ text: RemoteText) throws(TareError) {}
  package static var namesModel: Bool { false }
  package static var modelPaths: [String] { ["/v1/models"] }
}

/// How a text goes to an engine.
package enum TextForm: Sendable, Hashable, CaseIterable {
  /// As its tokens.
  case tokens
  /// As it is, and the engine is told to put no special tokens around it.
  case text
  /// Without the special tokens that the engine's tokenizer puts around it.
  case bareText
}

extension JSONValue {
  /// An array of token ids; nil for anything else.
  var tokenIDs: [Int32]? {
    guard let array else { return nil }
    let ids = array.compactMap { ($0["id"] ?? $0).int.flatMap { Int32(exactly: $0) } }
    return ids.count == array.count ? ids : nil
  }

  /// The tokens that the reply says it has read, as OpenAI's clients expect it; nil for none.
  var usedTokens: Int? {
    guard let count = self["usage"]?["prompt_tokens"]?.int, count > 0 else { return nil }
    return count
  }

  /// The only element of an array, or the array of several labels' numbers.
  func labels(_ place: String) throws(TareError) -> JSONValue {
    guard let array, !array.isEmpty else {
      throw .badData(
        place: place, found: outline, accepted: "one value: a model with one label")
    }
    return array.count == 1 ? array[0] : self
  }

  /// The elements of an array, by their `index` where they have one.
  ///
  /// - Throws: `TareError.badData` where those are not 0 to the last, each once: some text would get
  ///   another's reward.
  func ordered(_ place: String) throws(TareError) -> [JSONValue] {
    guard let array else {
      throw .badData(place: place, found: outline, accepted: "an array with one element per text")
    }
    guard array.contains(where: { $0["index"] != nil }) else { return array }
    var ordered = [JSONValue?](repeating: nil, count: array.count)
    for element in array {
      guard let index = element["index"]?.int, ordered.indices.contains(index),
        ordered[index] == nil
      else {
        throw .badData(
          place: place,
          found: "the index \(element["index"]?.text() ?? "missing") among "
            + "\(array.count) elements, or twice",
          accepted: "each index from 0 to \(array.count - 1) once")
      }
      ordered[index] = element
    }
    return ordered.compactMap(\.self)
  }

  /// The only element of an array.
  func only(_ place: String) throws(TareError) -> JSONValue {
    guard let array, array.count == 1 else {
      throw .badData(
        place: place, found: array.map { "\($0.count) values" } ?? outline,
        accepted: "one value: a model with one label")
    }
    return array[0]
  }
}
