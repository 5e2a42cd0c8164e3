/// Every answer that is not 200 says in JSON what was found and what is accepted.
internal import Hummingbird
internal import TareCore

/// A request that is refused with a status of its own.
struct RequestError: Error {
  let status: HTTPResponse.Status
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

  /// The paths that are posted to, for requests that go elsewhere.
  let paths: [String]

  func handle(
    _ request: Request, context: Context,
    next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    do {
      return try await next(request, context)
    } catch let error as RequestError {
      return error.response
    } catch let error as TareError {
      return RequestError(error.status, error).response
    } catch let error as HTTPError where error.status == .notFound {
      let found = "\(request.method.rawValue) \(request.uri.path)"
      let accepted = paths.map { "POST \($0)" }.joined(separator: ", ")
      return RequestError(
        .notFound, .badData(place: "request", found: found, accepted: accepted)
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
