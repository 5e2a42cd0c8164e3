/// The user's choice of engines elsewhere, as a command line gives it.
internal import TareCore
internal import TareRemote
internal import TareScoring

package struct EngineSettings: Sendable {
  /// Of engines that serve the same model, at least one.
  package var urls: [String]
  /// A key of `RemoteEngines`.
  package var protocolKey: String
  /// What the engines call their model; nil to ask them.
  package var model: String?
  /// What engines want as `Authorization: Bearer KEY`.
  package var key: String?
  /// Requests that one engine has at the same time.
  package var concurrency: Int

  package init(urls: [String], protocol key: String) {
    self.urls = urls
    protocolKey = key
    concurrency = Self.concurrency
  }

  /// Requests that one engine has at the same time, if nobody says.
  package static var concurrency: Int { RemoteOptions().concurrency }

  /// The protocols that there are, for help.
  package static var protocols: [(key: String, summary: String)] { RemoteEngines.registry.help }

  /// - Parameter change: what is not as for a run that scores a file.
  func engine(_ change: (inout RemoteOptions) -> Void = { _ in }) throws(TareError) -> RemoteEngine
  {
    var options = RemoteOptions()
    options.model = model
    options.key = key
    options.concurrency = concurrency
    change(&options)
    return try RemoteEngine(urls: urls, protocol: protocolKey, options)
  }
}
