/// Requests of web pages are refused where only this machine is served and no key is asked for.
internal import Hummingbird
internal import TareCore

/// A page that a user of this machine looks at could otherwise send requests here, by a name of its
/// own that leads to the loopback address (DNS rebinding). Browsers name the page in `Origin`; other
/// clients do not send it.
struct OriginCheck: RouterMiddleware {
  typealias Context = RewardContext

  private static let own = ["localhost", "127.0.0.1", "[::1]"]

  func handle(
    _ request: Request, context: Context,
    next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    if let origin = request.headers[.origin], !Self.isOwn(origin) {
      throw RequestError(
        .forbidden,
        .badData(
          place: "header Origin", found: origin,
          accepted: "a page of this machine; a server with an API key serves others"))
    }
    return try await next(request, context)
  }

  static func isOwn(_ origin: String) -> Bool {
    guard let scheme = origin.firstRange(of: "://") else { return false }
    let host = origin[scheme.upperBound...]
    return own.contains { name in
      host == name
        || host.hasPrefix(name + ":") && host.dropFirst(name.count + 1).allSatisfy(\.isNumber)
    }
  }
}
