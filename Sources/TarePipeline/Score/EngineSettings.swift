/// The user's choice of engines elsewhere, as a command line gives it.
internal import TareCore
internal import TareEngine
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
  /// Seconds that one request may take; nil for the default.
  package var timeout: Int?
  /// Seconds that engines without an answer are asked again; nil for the default.
  package var patience: Int?
  /// What of several labels' numbers is the reward: an index, a label, or weights.
  package var outputIndex: Int?
  package var outputName: String?
  package var outputWeights: [Double]?

  package init(urls: [String], protocol key: String) {
    self.urls = urls
    protocolKey = key
    concurrency = Self.concurrency
  }

  /// Requests that one engine has at the same time, if nobody says.
  package static var concurrency: Int { RemoteOptions().concurrency }

  /// Seconds that one request may take, and that engines without an answer are asked again, if nobody
  /// says: servers were seen to need 100 s to start again.
  package static var timeout: Int { Int(RemoteOptions().timeout.components.seconds) }
  package static let patience = 300

  /// Whether an engine of this protocol may have several labels.
  package static func answersLabels(_ key: String) -> Bool {
    RemoteEngines.registry.entries.first { $0.key == key }?.answersLabels ?? false
  }

  /// The protocols that there are, for help.
  package static var protocols: [(key: String, summary: String)] { RemoteEngines.registry.help }

  /// - Parameters:
  ///   - text: the model, which knows its outputs by name.
  ///   - change: what is not as for a run that scores a file.
  func engine(
    _ text: TextModel?, _ change: (inout RemoteOptions) -> Void = { _ in }
  ) throws(TareError) -> RemoteEngine {
    var options = RemoteOptions()
    options.model = model
    options.key = key
    options.concurrency = concurrency
    options.output = try output(text)
    options.patience = .seconds(Self.patience)
    options.longestPause = .seconds(10)
    (options.keySource, options.modelSource) = ("--engine-key-file", "--engine-model")
    change(&options)
    if let timeout { options.timeout = .seconds(timeout) }
    if let patience { options.patience = .seconds(patience) }
    return try RemoteEngine(urls: urls, protocol: protocolKey, options)
  }

  /// - Throws: `TareError.usage` if several are chosen, or a name that no output has.
  func output(_ text: TextModel?) throws(TareError) -> OutputChoice? {
    guard [outputIndex != nil, outputName != nil, outputWeights != nil].count(where: { $0 }) < 2
    else {
      throw .usage("give one of --output-index, --output-name and --output-weights")
    }
    if let outputIndex { return .index(outputIndex) }
    if let outputWeights { return .weights(outputWeights) }
    guard let outputName else { return nil }
    guard let text else { throw .usage("--output-name requires --model, which has the names") }
    return try OutputChoice(named: outputName, in: text.weights.config)
  }
}
