import Hummingbird
import ServiceLifecycle
import TareServer
import TareServing
import Testing

/// Runs `body` with the address of a server on a free port of 127.0.0.1, and with what stops it.
func withServer(
  _ service: RewardService, _ limits: ServerLimits = ServerLimits(),
  _ body: @Sendable @escaping (String, ServiceGroup) async throws -> Void
) async throws {
  var options = ServerOptions()
  options.port = 0
  options.limits = limits
  let (addresses, continuation) = AsyncStream.makeStream(of: String.self)
  let application = buildApplication(service, options) { continuation.yield($0) }
  let server = ServiceGroup(
    configuration: .init(services: [application], logger: application.logger))
  async let stopped: Void = server.run()
  let address = try #require(await addresses.first { _ in true })
  #expect(address.hasPrefix("http://127.0.0.1:"))
  try await body(address, server)
  await server.triggerGracefulShutdown()
  try await stopped
}
