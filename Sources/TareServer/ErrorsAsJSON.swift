/// Every answer that is not 200 says in JSON what was found and what is accepted.
internal import Hummingbird
internal import TareCore

/// A request that is refused with a status of its own.
struct RequestError: Error {
  private(set) var status: HTTPResponse.Status
  let error: TareError
  /// The protocol that says it; nil where none was found.
  var form: (any WireProtocol.Type)?

  init(
    _ status: HTTPResponse.Status, _ error: TareError, form: (any WireProtocol.Type)? = nil
  ) {
    self.status = status
    self.error = error.brief
    self.form = form
  }

  /// What a full queue is answered with: as the user wishes, or as the protocol's own server says it, for
  /// which its clients wait.
  mutating func setBusyStatus(_ chosen: Int?) {
    guard case .busy = error else { return }
    status = .init(code: chosen ?? (form ?? OpenRLHF.self).busyStatus)
  }

  var response: Response {
    let body = (form ?? OpenRLHF.self).body(of: error, status: status.code)
    var response = Response(.object(body), status: status)
    // A body that was not read to its end is not read further.
    response.headers[.connection] = "close"
    // In seconds.
    if status == .tooManyRequests || status == .serviceUnavailable {
      response.headers[.retryAfter] = "1"
    }
    return response
  }
}

struct ErrorsAsJSON: RouterMiddleware {
  typealias Context = RewardContext

  /// The methods of each path, for requests that go elsewhere.
  let methods: [String: [HTTPRequest.Method]]
  /// The status that says that too much waits; nil for what each protocol's own server says.
  let busyStatus: Int?

  func handle(
    _ request: Request, context: Context,
    next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    var response = try await answer(request, context, next)
    if request.method == .head { response.body = ResponseBody() }
    return response
  }

  private func answer(
    _ request: Request, _ context: Context, _ next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    do {
      return try await next(request, context)
    } catch var error as RequestError {
      error.setBusyStatus(busyStatus)
      return error.response
    } catch let error as TareError {
      var error = RequestError(error.status, error)
      error.setBusyStatus(busyStatus)
      return error.response
    } catch let error as HTTPError where error.status == .notFound {
      let found = "\(request.method.rawValue) \(request.uri.path)"
      if let allowed = methods[request.uri.path] {
        let names = allowed.map(\.rawValue).joined(separator: ", ")
        var response = RequestError(
          .methodNotAllowed, .badData(place: "request", found: found, accepted: names)
        ).response
        response.headers[.allow] = names
        return response
      }
      let accepted = methods.keys.sorted().map { path in
        "\(methods[path]?.first?.rawValue ?? "") \(path)"
      }
      return RequestError(
        .notFound,
        .badData(
          place: "request", found: found, accepted: accepted.joined(separator: ", "))
      ).response
    } catch is CancellationError {
      return RequestError(
        .serviceUnavailable, .interrupted("the request was cancelled")
      ).response
    }
  }
}

extension TareError {
  var status: HTTPResponse.Status {
    switch self {
    case .usage, .badData: .badRequest
    case .unreachable: .badGateway
    case .fault: .internalServerError
    case .busy: .tooManyRequests
    case .interrupted: .serviceUnavailable
    }
  }

  /// What was found, cut to what a person reads: it may be as long as the request.
  fileprivate var brief: TareError {
    guard case .badData(let place, let found, let accepted) = self, found.utf8.count > 200 else {
      return self
    }
    return .badData(place: place, found: "\(found.prefix(100))…", accepted: accepted)
  }
}
