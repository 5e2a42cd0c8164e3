/// The user's choice of servers that answer typed questions, as a command line gives it.
internal import TareCore
internal import TareRemote

package struct DecisionEngineSettings: Sendable {
  /// Servers of one model, at least one; their protocol is a key of `DecisionProtocols`.
  package var engine: EngineSettings
  /// Requests that may be sent, those that fail among them; nil for any number.
  package var maxRequests: Int?

  package init(_ engine: EngineSettings) { self.engine = engine }

  /// The protocols that there are, for help.
  package static var protocols: [(key: String, summary: String)] {
    DecisionProtocols.registry.help
  }

  /// - Throws: `TareError.usage` for an unknown protocol, a text that is no URL and numbers out of range.
  func engine(
    _ change: (inout RemoteOptions) -> Void = { _ in }
  ) throws(TareError) -> DecisionEngine {
    if let maxRequests, maxRequests < 1 {
      throw .usage("--max-requests: expected at least 1, found \(maxRequests)")
    }
    var options = RemoteOptions()
    options.model = engine.model
    options.key = engine.key
    options.concurrency = engine.concurrency
    options.patience = .seconds(EngineSettings.patience)
    options.longestPause = .seconds(10)
    (options.keySource, options.modelSource) = ("--engine-key-file", "--engine-model")
    change(&options)
    if let timeout = engine.timeout { options.timeout = .seconds(timeout) }
    if let patience = engine.patience { options.patience = .seconds(patience) }
    options.maxRequests = maxRequests
    return try DecisionEngine(urls: engine.urls, protocol: engine.protocolKey, options)
  }
}
