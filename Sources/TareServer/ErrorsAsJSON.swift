/// Every answer that is not 200 says in JSON what was found and what is accepted.
internal import Hummingbird
internal import TareCore

/// A request that is refused with a status of its own.
struct RequestError: Error {
  let status: HTTPResponse.Status
  let error: TareError

  init(_ status: HTTPResponse.Status, _ error: TareError) {
    self.status = status
    self.error = error
  }
}

struct ErrorsAsJSON: RouterMiddleware {
  typealias Context = BasicRequestContext

  /// The paths that are posted to, for requests that go elsewhere.
  let paths: [String]

  func handle(
    _ request: Request, context: Context,
    next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    do {
      return try await next(request, context)
    } catch let error as TareError {
      return response(error.status, error)
    } catch let error as RequestError {
      return response(error.status, error.error)
    } catch let error as HTTPError where error.status == .notFound {
      let found = "\(request.method.rawValue) \(request.uri.path)"
      let accepted = paths.map { "POST \($0)" }.joined(separator: ", ")
      return response(
        .notFound, .badData(place: "request", found: found, accepted: accepted))
    } catch is CancellationError {
      return response(.serviceUnavailable, .interrupted("the request was cancelled"))
    }
  }

  private func response(_ status: HTTPResponse.Status, _ error: TareError) -> Response {
    var object: JSONObject = ["message": .string(error.description), "code": .int(status.code)]
    if case .badData(let place, let found, let accepted) = error {
      object["place"] = .string(place)
      object["found"] = .string(found)
      object["accepted"] = .string(accepted)
    }
    var response = Response(["error": .object(object)], status: status)
    // A body that was not read to its end is not read further.
    response.headers[.connection] = "close"
    return response
  }
}

extension TareError {
  fileprivate var status: HTTPResponse.Status {
    switch self {
    case .usage, .badData: .badRequest
    case .unreachable: .badGateway
    case .fault: .internalServerError
    case .interrupted: .serviceUnavailable
    }
  }
}
