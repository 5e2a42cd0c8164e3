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
      SGLang.self,
      TEI.self,
      Slime.self,
    ]
  ) { $0 }
}

/// What a kind of client speaks.
package protocol WireProtocol: Registered {
  static var endpoints: [Endpoint] { get }
  /// The body of an answer that is not 200.
  static func body(of error: TareError, status: Int) -> JSONObject
}

extension WireProtocol {
  /// OpenAI's form, which vLLM and most clients know, with what was found and what is accepted.
  package static func body(of error: TareError, status: Int) -> JSONObject {
    var object: JSONObject = [
      "message": .string(error.description),
      "type": .string(status < 500 ? "BadRequestError" : "InternalServerError"), "param": .null,
      "code": .int(status),
    ]
    if case .badData(let place, let found, let accepted) = error {
      object["place"] = .string(place)
      object["found"] = .string(found)
      object["accepted"] = .string(accepted)
    }
    return ["error": .object(object)]
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
  package let answer: @Sendable (RewardCall) async throws(TareError) -> JSONValue

  /// - Parameter reads: the members besides `member`.
  init(
    path: String, member: String, reads: Set<String> = [],
    where fits: @escaping @Sendable (JSONObject) -> Bool = { _ in true },
    _ answer: @escaping @Sendable (RewardCall) async throws(TareError) -> JSONValue
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
