/// The registry of engines elsewhere that score texts. To add one: write its file, and add its type
/// here.
package import TareCore

package enum RemoteEngines {
  package static let registry = Registry<any RemoteProtocol.Type>(
    "protocol",
    [
      OpenRLHFRewards.self
    ]
  ) { $0 }
}

/// How one kind of engine is asked for rewards, and how it answers.
package protocol RemoteProtocol: Registered {
  /// Where requests go when the engine's URL names no path.
  static var path: String { get }
  static func request(for texts: [String]) -> JSONValue
  /// The rewards in the order of the request's texts, as they stand in the reply: whether they are
  /// as many as the texts is checked by whoever asked.
  /// - Throws: `TareError.badData` that names the member that is missing or wrong.
  static func rewards(in reply: JSONValue) throws(TareError) -> [JSONValue]
}
