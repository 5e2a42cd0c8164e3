/// The remote reward protocol of OpenRLHF (openrlhf/cli/serve_rm.py): `POST /get_reward`.
internal import TareCore

/// The server adds no special tokens, so that texts are sent with those of the template.
enum OpenRLHFRewards: RemoteProtocol {
  static let key = "openrlhf"
  static let summary = "OpenRLHF's reward server (POST /get_reward)"
  static let path = "/get_reward"

  static func request(for texts: [RemoteText], model: String?) -> JSONValue {
    ["query": .array(texts.map { .string($0.text) })]
  }

  /// Newer servers answer both `scores` and `rewards`, old ones `rewards` alone.
  static func rewards(in reply: JSONValue) throws(TareError) -> [JSONValue] {
    guard let rewards = (reply["scores"] ?? reply["rewards"])?.array else {
      throw .badData(
        place: "reply", found: reply.outline, accepted: "an array 'scores' or 'rewards'")
    }
    return rewards
  }
}
