/// `tare serve`: a reward service over HTTP.
internal import Foundation
package import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore
package import TareCore
package import TareServing

package struct ServerOptions: Sendable {
  package var host = "127.0.0.1"
  /// 0 for any free port.
  package var port = 5000
  package var limits = ServerLimits()
  /// Whether rewards are raw even where a protocol's default is a sigmoid.
  package var isRaw = false
  /// What clients must send as `Authorization: Bearer KEY`; nil lets everybody in.
  package var apiKey: String?
  /// What clients may call the model, the first of them in answers; the model's own name where there is
  /// none.
  package var modelNames: [String] = []
  /// What they may call it, too: as the user has named it.
  package var otherModelNames: [String] = []
  /// Whether a request is answered whatever model it names.
  package var acceptsAnyModel = false
  /// The status that says that too much waits; nil for what each protocol's own server says.
  package var busyStatus: Int?
  /// Which requests get a line, and who writes it.
  package var logged = RequestLogLevel.none
  package var log: @Sendable (String) -> Void = { _ in }
  /// Whether `/v1/systemone` is vLLM's, and not that of transformers serve.
  package var speaksAsVLLM = false
  /// The program's version.
  package var version = ""

  package init() {}

  /// What errors call it.
  fileprivate var address: String { "cannot listen on \(host), port \(port)" }

  /// Whether other machines can reach the server.
  package var isOpen: Bool { !["127.0.0.1", "::1", "localhost"].contains(host) }
}

/// The HTTP application, for `serve` and for tests.
///
/// - Parameter onReady: called with the server's address once it listens.
package func buildApplication(
  _ service: RewardService, _ options: ServerOptions = ServerOptions(),
  onReady: @escaping @Sendable (String) -> Void = { _ in }
) -> some ApplicationProtocol {
  var logger = Logger(label: "tare")
  logger.logLevel = .warning
  let transferTime = TimeAmount(options.limits.transferTime)
  return Application(
    router: RewardRouter(service: service, options: options).router(),
    // Connections that send nothing, or half a request and no more, are closed; a request that
    // waits for its scores is not idle.
    server: .http1(
      configuration: .init(
        additionalChannelHandlers: [TransferTimer(limit: transferTime), HangUpWatch()],
        idleTimeout: transferTime)),
    configuration: .init(
      address: .hostname(options.host, port: options.port), serverName: "tare",
      availableConnectionsDelegate: MaximumAvailableConnections(options.limits.raisedConnections())),
    onServerRunning: { channel in
      let port = channel.localAddress?.port ?? options.port
      let host = options.host.contains(":") ? "[\(options.host)]" : options.host
      onReady("http://\(host):\(port)")
    },
    logger: logger)
}

/// Serves until SIGTERM or SIGINT; requests that are there by then are answered first.
///
/// - Throws: `TareError.usage` if host and port cannot be listened on.
package func serve(
  _ service: RewardService, _ options: ServerOptions,
  onReady: @escaping @Sendable (String) -> Void
) async throws(TareError) {
  do {
    try await buildApplication(service, options, onReady: onReady).runService()
  } catch let error as IOError {
    throw .usage("\(options.address): \(String(cString: strerror(error.errnoCode)))")
  } catch is SocketAddressError.UnknownHost {
    throw .usage("\(options.address): no such host")
  } catch {
    throw .fault("the server stopped: \(error)")
  }
}
