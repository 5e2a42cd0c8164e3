/// Paths to answers: the wire protocols' endpoints, and what load balancers and clients ask first.
internal import Hummingbird
internal import NIOCore
internal import TareCore
internal import TarePipeline

struct RewardRouter {
  let service: RewardService
  let limits: ServerLimits

  func router() -> Router<BasicRequestContext> {
    let router = Router()
    let endpoints = WireProtocols.registry.entries.flatMap { $0.endpoints }
    let byPath = Dictionary(grouping: endpoints, by: \.path)
    router.add(middleware: ErrorsAsJSON(paths: byPath.keys.sorted()))
    for (path, endpoints) in byPath {
      router.post(RouterPath(path)) { request, _ in
        try await answer(request, by: endpoints)
      }
    }
    for path in ["/health", "/ready"] {
      // The port opens when the model is loaded, so that whoever is alive is ready.
      router.get(RouterPath(path)) { _, _ in Response(["status": "ok"]) }
    }
    router.get("/v1/models") { _, _ in
      let model: JSONValue = [
        "id": .string(service.model.name), "object": "model", "owned_by": "tare",
      ]
      return Response(["object": "list", "data": [model]])
    }
    return router
  }

  /// Reads the request and answers it; a client that hangs up does not keep the model busy.
  private func answer(_ request: Request, by endpoints: [Endpoint]) async throws -> Response {
    var response = try await request.body.consumeWithCancellationOnInboundClose { body in
      let bytes: ByteBuffer
      do {
        bytes = try await body.collect(upTo: limits.bodyBytes)
      } catch is NIOTooManyBytesError {
        throw RequestError(
          .contentTooLarge,
          .badData(
            place: "request body", found: "more than \(limits.bodyBytes) bytes",
            accepted: "at most \(limits.bodyBytes)"))
      }
      return Response(try await answer(bytes, by: endpoints))
    }
    // Watching for a client that hangs up takes the connection.
    response.headers[.connection] = "close"
    return response
  }

  private func answer(
    _ bytes: ByteBuffer, by endpoints: [Endpoint]
  ) async throws(TareError) -> JSONValue {
    let value: JSONValue
    do {
      value = try JSONValue(parsing: Array(bytes.readableBytesView))
    } catch {
      throw error.inside("request body")
    }
    let object = value.object ?? [:]
    guard let endpoint = endpoints.first(where: { object[$0.member] != nil }) else {
      let members = endpoints.map { "'\($0.member)'" }.joined(separator: " or ")
      let found = object.keys.prefix(8).map { "'\($0)'" }.joined(separator: ", ")
      throw .badData(
        place: "request body", found: object.isEmpty ? value.kindName : "members \(found)",
        accepted: "an object with \(members)")
    }
    return try await endpoint.answer(object, service, limits)
  }
}

extension Response {
  init(_ value: JSONValue, status: HTTPResponse.Status = .ok) {
    self.init(
      status: status, headers: [.contentType: "application/json"],
      body: ResponseBody(byteBuffer: ByteBuffer(string: value.text())))
  }
}
