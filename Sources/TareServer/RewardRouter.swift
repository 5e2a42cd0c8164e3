/// Paths to answers: the wire protocols' endpoints, and what load balancers and clients ask first.
internal import Hummingbird
internal import NIOCore
internal import TareCore
internal import TareServing

struct RewardRouter {
  let service: RewardService
  let options: ServerOptions
  private let bodies: BodyBudget
  private var limits: ServerLimits { options.limits }

  init(service: RewardService, options: ServerOptions) {
    self.service = service
    self.options = options
    bodies = BodyBudget(options.limits)
  }

  /// An endpoint, and the protocol whose it is.
  private typealias Route = (form: any WireProtocol.Type, endpoint: Endpoint)

  func router() -> Router<RewardContext> {
    let router = Router(context: RewardContext.self, options: [.autoGenerateHeadEndpoints])
    let all = WireProtocols.registry.entries
    let replaced = options.speaksAsVLLM ? all.compactMap { $0.insteadOf?.key } : []
    let forms = all.filter { form in
      !replaced.contains(form.key) && (options.speaksAsVLLM || form.insteadOf == nil)
    }
    let routes = forms.flatMap { form in
      form.endpoints.map { (form, $0) }
    }
    let anywhere: [Route] = [(LLaMAFactory.self, LLaMAFactory.anywhere)]
    let byPath = Dictionary(grouping: routes, by: \.1.path).mapValues { anywhere + $0 }
    let facts = ServerFacts(service: service, options: options, endpoints: routes.map(\.1))
    var methods: [String: [HTTPRequest.Method]] = byPath.mapValues { _ in [.post] }
    for path in facts.paths { methods[path, default: []] += [.get, .head] }
    methods["/ping", default: []] += [.post]
    let metrics = ServerMetrics(paths: Set(methods.keys))
    router.add(middleware: RequestLog(level: options.logged, write: options.log))
    router.add(middleware: metrics)
    router.add(middleware: ErrorsAsJSON(methods: methods, busyStatus: options.busyStatus))
    if let key = options.apiKey {
      router.add(middleware: APIKeyCheck(key))
    } else if !options.isOpen {
      router.add(middleware: OriginCheck())
    }
    router.add(
      middleware: AnyPath { request, context in
        try await answer(request, context, by: anywhere, isElsewhere: true)
      })
    for (path, routes) in byPath {
      router.post(RouterPath(path)) { request, context in
        guard let response = try await answer(request, context, by: routes) else {
          throw HTTPError(.notFound)
        }
        return response
      }
    }
    facts.add(to: router, metrics: metrics)
    return router
  }

  /// Reads the request and answers it, unless the client hangs up before.
  ///
  /// - Parameter isElsewhere: whether it went to a path that is no protocol's.
  /// - Returns: nil for what went elsewhere and is none of the routes' kind.
  private func answer(
    _ request: Request, _ context: RewardContext, by routes: [Route], isElsewhere: Bool = false
  ) async throws -> Response? {
    let form = routes[isElsewhere ? 0 : 1].form
    let body: JSONValue
    do {
      body = try await bodies.read(request) { bytes in
        try JSONValue(parsing: bytes, takesLoneSurrogates: false)
      }
    } catch let error as BodyBudget.TooLong {
      throw RequestError(
        .contentTooLarge,
        .badData(
          place: "request body", found: "more than \(error.limit) bytes",
          accepted: "at most \(error.limit) bytes"), form: form)
    } catch let error as TareError {
      if case .busy = error { throw RequestError(error.status, error, form: form) }
      if isElsewhere { return nil }
      throw RequestError(
        .init(code: form.malformedStatus), error.inside("request body"), form: form)
    }
    guard let route = routes.first(where: { $0.endpoint.takes(body.object ?? [:]) }) else {
      if isElsewhere { return nil }
      throw RequestError(
        .init(code: form.malformedStatus), Self.unknown(body, routes), form: form)
    }
    try await checkModel(body["model"]?.string, route)
    let id = context.loggedID ?? request.headers[.init("X-Request-Id")!]
    var response = try await HangUpWatch.response(on: context.channel) {
      try await answer(body.object ?? [:], id: id, by: route).response
    }
    if let calibration = service.calibrationName {
      response.headers[.init("Tare-Calibration")!] = calibration
    }
    return response
  }

  /// - Throws: `RequestError` with 404 for another model's name, where the protocol's own server says so:
  ///   the reward of a model that was not asked for would look like any other.
  private func checkModel(_ name: String?, _ route: Route) async throws(RequestError) {
    guard route.form.checksModel, !options.acceptsAnyModel, let name, !name.isEmpty else { return }
    var known = options.modelNames + [service.model.name] + options.otherModelNames
    if known.contains(name) { return }
    if let served = await service.model.servedName() { known.append(served) }
    guard !known.contains(name) else { return }
    throw RequestError(
      .notFound,
      .badData(
        place: "'model'", found: "'\(name)'",
        accepted: known.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
          .joined(separator: ", ")), form: route.form)
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

  private func answer(
    _ body: JSONObject, id: String?, by route: Route
  ) async throws(RequestError) -> Answer {
    do throws(TareError) {
      try RequestMembers(read: route.endpoint.reads).check(body)
      let call = RewardCall(
        body: body, service: service, limits: limits, isRaw: options.isRaw,
        servedName: options.modelNames.first ?? service.model.name,
        requestID: id ?? body["request_id"]?.string)
      var answer = try await route.endpoint.answer(call)
      answer.headers.merge(call.remarks.headers) { own, _ in own }
      return answer
    } catch {
      let status = route.form.status(of: error).map { HTTPResponse.Status(code: $0) }
      throw RequestError(status ?? error.status, error, form: route.form)
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
