/// Requests to an application's router, without a connection.
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
import Synchronization

/// What of an application is tested.
enum TestedPart {
  case router
}

extension ApplicationProtocol {
  /// Hummingbird's own way to say it. Its HummingbirdTesting would have TLS, HTTP/2 and another client built.
  func test<Value>(
    _ part: TestedPart, _ body: (RouterClient<Responder>) async throws -> Value
  ) async throws -> Value {
    try await body(RouterClient(responder: responder, logger: logger))
  }
}

struct RouterClient<Responder: HTTPResponder>
where Responder.Context: InitializableFromSource<ApplicationRequestContextSource> {
  struct Reply {
    let status: HTTPResponse.Status
    let headers: HTTPFields
    let body: ByteBuffer
  }

  let responder: Responder
  let logger: Logger

  func execute<Value>(
    uri: String, method: HTTPRequest.Method, headers: HTTPFields = [:], body: ByteBuffer? = nil,
    _ read: (Reply) async throws -> Value
  ) async throws -> Value {
    var headers = headers
    if let body { headers[.contentLength] = "\(body.readableBytes)" }
    let request = Request(
      head: HTTPRequest(
        method: method, scheme: "http", authority: "localhost", path: uri, headerFields: headers),
      body: RequestBody(buffer: body ?? ByteBuffer()))
    let context = Responder.Context(
      source: ApplicationRequestContextSource(channel: NIOAsyncTestingChannel(), logger: logger))
    let response: Response
    do {
      response = try await responder.respond(to: request, context: context)
    } catch {
      // So the server answers what its router throws.
      response = Response(status: .internalServerError)
    }
    let written = WrittenBody()
    try await response.body.write(written)
    return try await read(
      Reply(
        status: response.status, headers: response.headers,
        body: written.bytes.withLock { $0 }))
  }
}

private final class WrittenBody: ResponseBodyWriter {
  let bytes = Mutex(ByteBuffer())

  func write(_ buffer: ByteBuffer) async throws {
    bytes.withLock { _ = $0.writeImmutableBuffer(buffer) }
  }

  func finish(_ trailers: HTTPFields?) async throws {}
}
