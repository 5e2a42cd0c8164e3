/// The registry of wire protocols. To add one: write its file, and add its type here.
package import TareCore
package import TarePipeline

package enum WireProtocols {
  package static let registry = Registry<any WireProtocol.Type>(
    "wire protocol",
    [
      OpenRLHF.self
    ]
  ) { $0 }
}

/// What a kind of client speaks.
package protocol WireProtocol: Registered {
  static var endpoints: [Endpoint] { get }
}

/// One kind of request: JSON posted to a path.
///
/// Protocols may share a path; their requests are told apart by a member that only one of them has.
package struct Endpoint: Sendable {
  package let path: String
  /// The member that every request of this kind has.
  package let member: String
  package let answer:
    @Sendable (JSONObject, RewardService, ServerLimits) async throws(TareError) -> JSONValue
}
