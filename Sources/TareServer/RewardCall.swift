/// A request on its way to rewards, and what the protocols' requests and answers have in common.
internal import Foundation
package import TareCore
internal import TareScoring
internal import TareServing

/// One request: its JSON, and what answers it.
package struct RewardCall: Sendable {
  package let body: JSONObject
  let service: RewardService
  let limits: ServerLimits
  /// Whether rewards are raw even where the protocol's default is a sigmoid.
  let isRaw: Bool
  /// What answers call the model.
  let servedName: String
  /// What the client calls the request; nil where it does not.
  var requestID: String?
  /// What is told beside the answer.
  let remarks = RequestRemarks()

  /// - Parameter cut: what may be cut off every text.
  /// - Throws: as `judgements`, and `TareError.badData` for a model that has several numbers for a text.
  func rewards(
    _ texts: [ServedText], cut: ServedText.Cut? = nil
  ) async throws(TareError) -> [Reward] {
    let profile = service.model.profile
    guard profile.hasOneReward else {
      throw .badData(
        place: "model",
        found: "\(profile.labels.count) outputs (\(profile.labels.joined(separator: ", ")))",
        accepted:
          "a request to /classify or /pooling, or a server that was started with one of them")
    }
    return try await judgements(texts, cut: cut)
  }

  /// Rewards, or several numbers in place of each where the model has one for every label.
  ///
  /// - Parameter cut: what may be cut off every text.
  func judgements(
    _ texts: [ServedText], cut: ServedText.Cut? = nil
  ) async throws(TareError) -> [Reward] {
    let rewards = try await service.rewards(
      texts.map { text in
        var text = text
        text.cut = cut ?? text.cut
        return text
      })
    remarks.add(rewards)
    return rewards
  }

  // MARK: - Members of a request

  /// A member that says yes or no; nil where it is not there.
  func flag(_ member: String) throws(TareError) -> Bool? {
    guard let value = body[member], value != .null else { return nil }
    if let flag = value.bool { return flag }
    // As pydantic reads a boolean, by which vLLM and Infinity check their requests.
    switch value.string?.lowercased() ?? value.lenientInteger.map(String.init) {
    case "true", "t", "yes", "y", "on", "1": return true
    case "false", "f", "no", "n", "off", "0": return false
    default: throw wrong(member, "true or false")
    }
  }

  /// A member that is a number from 0; nil where it is not there.
  func count(_ member: String) throws(TareError) -> Int? {
    guard let value = body[member], value != .null else { return nil }
    guard let count = value.lenientInteger, count >= 0 else {
      throw wrong(member, "an integer of at least 0")
    }
    return count
  }

  /// Whether a reward is to be a probability, as TEI and Infinity have it said.
  var isActivatedUnlessRaw: Bool {
    get throws(TareError) {
      let isAsked = try flag("raw_scores").map(!) ?? !isRaw
      return isAsked && !service.model.profile.hasProbability
    }
  }

  func string(_ member: String) throws(TareError) -> String {
    guard let string = body[member]?.string else { throw wrong(member, "a string") }
    return string
  }

  /// The strings of an array, or the one that stands in its place.
  func strings(_ member: String) throws(TareError) -> [String] {
    if let string = body[member]?.string { return [string] }
    return try limits.texts(of: body, member)
  }

  /// A text, an array of texts, a text's tokens, or an array of them: what OpenAI calls an input.
  func inputs(_ member: String) throws(TareError) -> (texts: [ServedText], isOne: Bool) {
    let accepted = "a string, tokens, or an array of either"
    let adds = try flag("add_special_tokens") ?? true
    if let string = body[member]?.string {
      return ([.rendered(string, addsSpecialTokens: adds)], true)
    }
    if let ids = body[member]?.tokens { return ([.tokens(ids)], true) }
    let texts = try limits.elements(of: body, member, accepted, each: "a string or tokens") {
      element in
      element.string.map { .rendered($0, addsSpecialTokens: adds) }
        ?? element.tokens.map { ServedText.tokens($0) }
    }
    return (texts, false)
  }

  func wrong(_ member: String, _ accepted: String) -> TareError {
    .badData(
      place: "'\(member)'", found: body[member]?.kindName ?? "nothing", accepted: accepted)
  }

  // MARK: - Parts of an answer

  /// What the client called the model; the model's own name where it did not.
  var modelName: JSONValue {
    .string(body["model"]?.string.flatMap { $0.isEmpty ? nil : $0 } ?? servedName)
  }

  /// "classify-…" and the client's own name for the request, or one that is different for every answer.
  func id(_ kind: String) -> JSONValue {
    let own =
      requestID ?? String(UUID().uuidString.lowercased().replacing("-", with: "").prefix(16))
    return .string("\(kind)-\(own)")
  }

  /// What the one reward of a text is called.
  var label: JSONValue { .string(service.model.profile.labels[0]) }

  /// Seconds since 1970.
  var now: JSONValue { .int(Int(Date().timeIntervalSince1970)) }

  func usage(_ rewards: [Reward]) -> JSONValue {
    let tokens = rewards.reduce(0) { $0 + $1.score.tokens }
    let cached = rewards.reduce(0) { $0 + $1.score.cached.tokens }
    return [
      "prompt_tokens": .int(tokens), "total_tokens": .int(tokens), "completion_tokens": 0,
      "prompt_tokens_details": cached > 0 ? ["cached_tokens": .int(cached)] : .null,
      "completion_tokens_details": .null,
    ]
  }

  /// How vLLM and its kin answer with a list.
  func list(_ kind: String, _ rewards: [Reward], _ data: [JSONValue]) -> JSONValue {
    [
      "id": id(kind), "object": "list", "created": now, "model": modelName, "data": .array(data),
      "usage": usage(rewards),
    ]
  }
}

extension Reward {
  /// The number that a client gets.
  /// - Parameter activated: as a probability, 1 / (1 + exp(−value)).
  func json(activated: Bool = false) -> JSONValue {
    .double(activated ? 1 / (1 + exp(-value)) : value)
  }

  /// One little-endian float32.
  var base64: String { NumberBytes().base64([value]) }
}

extension [Reward] {
  /// Places of the rewards, the best first, equal ones in their order.
  var ranked: [Int] {
    indices.sorted { (self[$1].value, $0) < (self[$0].value, $1) }
  }
}

extension JSONValue {
  /// An integer as pydantic reads one: 5, 5.0, "5", true.
  var lenientInteger: Int? {
    switch self {
    case .bool(let flag): flag ? 1 : 0
    case .string(let text): Int(text.trimmingCharacters(in: .whitespacesAndNewlines))
    default: int ?? double.flatMap { Int(exactly: $0) }
    }
  }

  /// An array of integers that may be tokens, at least one; nil for anything else.
  fileprivate var tokens: [Int32]? {
    guard let array, !array.isEmpty else { return nil }
    let ids = array.compactMap { $0.lenientInteger.flatMap { Int32(exactly: $0) } }
    return ids.count == array.count ? ids : nil
  }
}
