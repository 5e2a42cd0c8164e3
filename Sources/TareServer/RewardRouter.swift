/// Paths to answers: the wire protocols' endpoints, and what load balancers and clients ask first.
internal import Hummingbird
internal import NIOCore
internal import TareCore
internal import TarePipeline

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
    let byPath = Dictionary(grouping: routes, by: \.1.path)
    let states = ["/health", "/ready"]
    let metrics = ServerMetrics(
      paths: Set(byPath.keys).union(states + ["/metrics", "/v1/models"]))
    router.add(middleware: metrics)
    router.add(middleware: ErrorsAsJSON(paths: byPath.keys.sorted()))
    if let key = options.apiKey { router.add(middleware: APIKeyCheck(key)) }
    for (path, routes) in byPath {
      router.post(RouterPath(path)) { request, context in
        try await answer(request, on: context.channel, by: routes)
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
  private func answer(
    _ request: Request, on channel: any Channel, by routes: [Route]
  ) async throws -> Response {
    let bytes: ByteBuffer
    do {
      bytes = try await request.body.collect(upTo: limits.bodyBytes)
    } catch is NIOTooManyBytesError {
      throw RequestError(
        .contentTooLarge,
        .badData(
          place: "request body", found: "more than \(limits.bodyBytes) bytes",
          accepted: "at most \(limits.bodyBytes)"), form: routes[0].form)
    }
    var response = try await HangUpWatch.response(on: channel) {
      Response(try await answer(bytes, by: routes))
    }
    if let calibration = service.calibration {
      response.headers[.init("Tare-Calibration")!] = calibration.name
    }
    return response
  }

  private func answer(
    _ bytes: ByteBuffer, by routes: [Route]
  ) async throws(RequestError) -> JSONValue {
    let value: JSONValue
    do throws(TareError) {
      value = try JSONValue(
        parsing: Array(bytes.readableBytesView), takesLoneSurrogates: false)
    } catch {
      throw RequestError(error.status, error.inside("request body"), form: routes[0].form)
    }
    let object = value.object ?? [:]
    guard let route = routes.first(where: { object[$0.endpoint.member] != nil }) else {
      let members = routes.map { "'\($0.endpoint.member)'" }.joined(separator: " or ")
      let found = object.keys.prefix(8).map { "'\($0)'" }.joined(separator: ", ")
      throw RequestError(
        .badRequest,
        .badData(
          place: "request body", found: object.isEmpty ? value.kindName : "members \(found)",
          accepted: "an object with \(members)"), form: routes[0].form)
    }
    do throws(TareError) {
      return try await route.endpoint.answer(
        RewardCall(body: object, service: service, limits: limits, isRaw: options.isRaw))
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
