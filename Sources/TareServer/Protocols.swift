/// The registry of wire protocols. To add one: write its file, and add its type here.
package import TareCore

package enum WireProtocols {
  package static let registry = Registry<any WireProtocol.Type>(
    "wire protocol",
    [
      OpenRLHF.self,
      LLaMAFactory.self,
      Infinity.self,
      VLLM.self,
      VLLMTokens.self,
      SGLang.self,
      TEI.self,
      Slime.self,
      SystemOne.self,
      VLLMSystemOne.self,
      Decisions.self,
    ]
  ) { $0 }
}

/// What a kind of client speaks.
package protocol WireProtocol: Registered {
  static var endpoints: [Endpoint] { get }
  /// The protocol whose paths it answers where the user asks for it; nil for one that always answers.
  static var insteadOf: (any WireProtocol.Type)? { get }
  /// Whether a request that names another model than the server's is refused, as its own server does.
  static var checksModel: Bool { get }
  /// The status of a full queue, which its clients try again after.
  static var busyStatus: Int { get }
  /// The status of a request that is of no kind of the protocol's.
  static var malformedStatus: Int { get }
  /// The status of an error where it is the protocol's own; nil for that of all.
  static func status(of error: TareError) -> Int?
  /// The body of an answer that is not 200.
  static func body(of error: TareError, status: Int) -> JSONObject
}

extension WireProtocol {
  package static var insteadOf: (any WireProtocol.Type)? { nil }
  package static var checksModel: Bool { false }
  package static var busyStatus: Int { 503 }
  package static var malformedStatus: Int { 400 }
  package static func status(of error: TareError) -> Int? { nil }

  package static func body(of error: TareError, status: Int) -> JSONObject {
    OpenAIError.body(of: error, status: status)
  }
}

/// One kind of request: JSON posted to a path.
///
/// Protocols may share a path; their requests are told apart by a member that only one of them has, or by
/// what stands in it. The first that fits is meant.
package struct Endpoint: Sendable {
  package let path: String
  /// The member that every request of this kind has.
  package let member: String
  /// All members that it reads. Of others none that may decide a reward is passed over.
  let reads: Set<String>
  /// Whether a request that has the member is of this kind.
  let fits: @Sendable (JSONObject) -> Bool
  package let answer: @Sendable (RewardCall) async throws(TareError) -> Answer

  /// - Parameter reads: the members besides `member`.
  init(
    path: String, member: String, reads: Set<String> = [],
    where fits: @escaping @Sendable (JSONObject) -> Bool = { _ in true },
    _ answer: @escaping @Sendable (RewardCall) async throws(TareError) -> JSONValue
  ) {
    self.init(path: path, member: member, reads: reads, where: fits) { call throws(TareError) in
      Answer(try await answer(call))
    }
  }

  /// - Parameter reads: the members besides `member`.
  @_disfavoredOverload
  init(
    path: String, member: String, reads: Set<String> = [],
    where fits: @escaping @Sendable (JSONObject) -> Bool = { _ in true },
    _ answer: @escaping @Sendable (RewardCall) async throws(TareError) -> Answer
  ) {
    self.path = path
    self.member = member
    self.reads = reads.union([member])
    self.fits = fits
    self.answer = answer
  }

  /// Whether a request is of this kind.
  package func takes(_ request: JSONObject) -> Bool { request[member] != nil && fits(request) }
}

/// Errors as OpenAI's clients and vLLM name them.
enum OpenAIError {
  /// OpenAI's form, which vLLM and most clients know, with what was found and what is accepted.
  static func body(of error: TareError, status: Int) -> JSONObject {
    var object: JSONObject = [
      "message": .string(error.description),
      "type": .string(type(of: status)), "param": .null, "code": .int(status),
    ]
    if case .badData(let place, let found, let accepted) = error {
      object["param"] = member(in: place).map { .string($0) } ?? .null
      object["place"] = .string(place)
      object["found"] = .string(found)
      object["accepted"] = .string(accepted)
    }
    return ["error": .object(object)]
  }

  static func type(of status: Int) -> String {
    switch status {
    case 401: "AuthenticationError"
    case 404: "NotFoundError"
    case 429: "RateLimitError"
    case 503: "ServiceUnavailableError"
    case ..<500: "BadRequestError"
    default: "InternalServerError"
    }
  }

  /// The member that a place begins with, "'input', text 3"; nil for another place.
  static func member(in place: String) -> String? {
    let parts = place.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
    return parts.count == 3 && parts[0].isEmpty && !parts[1].isEmpty ? String(parts[1]) : nil
  }
}
