/// Paths to answers: the wire protocols' endpoints, and what load balancers and clients ask first.
internal import Hummingbird
internal import NIOCore
internal import TareCore
internal import TareServing

struct RewardRouter {
  let service: RewardService
  let options: ServerOptions
  private var limits: ServerLimits { options.limits }

  /// An endpoint, and the protocol whose it is.
  private typealias Route = (form: any WireProtocol.Type, endpoint: Endpoint)

  func router() -> Router<RewardContext> {
    let router = Router(context: RewardContext.self)
    let routes = WireProtocols.registry.entries.flatMap { form in
      form.endpoints.map { (form, $0) }
    }
    let anywhere: [Route] = [(LLaMAFactory.self, LLaMAFactory.anywhere)]
    let byPath = Dictionary(grouping: routes, by: \.1.path).mapValues { anywhere + $0 }
    let states = ["/health", "/ready"]
    let metrics = ServerMetrics(
      paths: Set(byPath.keys).union(states + ["/metrics", "/v1/models"]))
    router.add(middleware: metrics)
    router.add(middleware: ErrorsAsJSON(paths: byPath.keys.sorted()))
    if let key = options.apiKey { router.add(middleware: APIKeyCheck(key)) }
    router.add(
      middleware: AnyPath { request, context in
        try await answer(request, on: context.channel, by: anywhere, isElsewhere: true)
      })
    for (path, routes) in byPath {
      router.post(RouterPath(path)) { request, context in
        guard let response = try await answer(request, on: context.channel, by: routes) else {
          throw HTTPError(.notFound)
        }
        return response
      }
    }
    router.get("/health") { _, _ in Response(["status": "ok"]) }
    // The port opens when the model is loaded, so that only engines elsewhere may not be ready.
    router.get("/ready") { _, _ in
      guard await service.isReady() else {
        return Response(["status": "no engine answers"], status: .serviceUnavailable)
      }
      return Response(["status": "ok"])
    }
    router.get("/metrics") { _, _ in
      Response(
        status: .ok, headers: [.contentType: "text/plain; version=0.0.4"],
        body: ResponseBody(byteBuffer: ByteBuffer(string: metrics.text(of: service))))
    }
    router.get("/v1/models") { _, _ in
      guard let name = await service.model.servedName() else {
        return Response(["object": "list", "data": []])
      }
      var model: JSONObject = ["id": .string(name), "object": "model", "owned_by": "tare"]
      if let calibration = service.calibration { model["calibration"] = .string(calibration.name) }
      return Response(["object": "list", "data": [.object(model)]])
    }
    return router
  }

  /// Reads the request and answers it, unless the client hangs up before.
  ///
  /// - Parameter isElsewhere: whether it went to a path that is no protocol's.
  /// - Returns: nil for what went elsewhere and is none of the routes' kind.
  private func answer(
    _ request: Request, on channel: any Channel, by routes: [Route], isElsewhere: Bool = false
  ) async throws -> Response? {
    let form = routes[isElsewhere ? 0 : 1].form
    let bytes: ByteBuffer
    do {
      bytes = try await request.body.collect(upTo: limits.bodyBytes)
    } catch is NIOTooManyBytesError {
      throw RequestError(
        .contentTooLarge,
        .badData(
          place: "request body", found: "more than \(limits.bodyBytes) bytes",
          accepted: "at most \(limits.bodyBytes) bytes"), form: form)
    }
    let body: JSONValue
    do throws(TareError) {
      body = try JSONValue(parsing: Array(bytes.readableBytesView), takesLoneSurrogates: false)
    } catch {
      if isElsewhere { return nil }
      throw RequestError(error.status, error.inside("request body"), form: form)
    }
    guard let route = routes.first(where: { $0.endpoint.takes(body.object ?? [:]) }) else {
      if isElsewhere { return nil }
      throw RequestError(.badRequest, Self.unknown(body, routes), form: form)
    }
    var response = try await HangUpWatch.response(on: channel) {
      Response(try await answer(body.object ?? [:], by: route))
    }
    if let calibration = service.calibration {
      response.headers[.init("Tare-Calibration")!] = calibration.name
    }
    return response
  }

  /// What is said of a request that is of no kind.
  private static func unknown(_ body: JSONValue, _ routes: [Route]) -> TareError {
    let object = body.object ?? [:]
    var members: [String] = []
    for (_, endpoint) in routes.dropFirst() where !members.contains(endpoint.member) {
      members.append(endpoint.member)
    }
    let found = object.keys.prefix(8).map { "'\($0)'" }.joined(separator: ", ")
    return .badData(
      place: "request body", found: object.isEmpty ? body.kindName : "members \(found)",
      accepted: "an object with \(members.map { "'\($0)'" }.joined(separator: " or "))")
  }

  private func answer(_ body: JSONObject, by route: Route) async throws(RequestError) -> JSONValue {
    do throws(TareError) {
      try RequestMembers(read: route.endpoint.reads).check(body)
      return try await route.endpoint.answer(
        RewardCall(body: body, service: service, limits: limits, isRaw: options.isRaw))
    } catch {
      throw RequestError(error.status, error, form: route.form)
    }
  }
}

extension Response {
  init(_ value: JSONValue, status: HTTPResponse.Status = .ok) {
    self.init(
      status: status, headers: [.contentType: "application/json"],
      body: ResponseBody(byteBuffer: ByteBuffer(string: value.text())))
  }
}
