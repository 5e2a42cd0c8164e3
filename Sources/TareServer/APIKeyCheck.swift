/// Requests without the server's key are refused.
internal import Hummingbird
internal import TareCore

/// Wants `Authorization: Bearer KEY` of every request but those for /health, /ready and /ping, which load
/// balancers send.
struct APIKeyCheck: RouterMiddleware {
  typealias Context = RewardContext

  private let digest: Digest

  init(_ key: String) { digest = Digest(of: key) }

  func handle(
    _ request: Request, context: Context,
    next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    let header = request.headers[.authorization] ?? ""
    let parts = header.split(separator: " ", maxSplits: 1)
    let given = parts.first?.lowercased() == "bearer" ? String(parts.dropFirst().first ?? "") : ""
    // Digests of one length, compared to their last byte: the time tells nothing of the key.
    let differences = digest.bytes ^ Digest(of: given).bytes
    let isKnown = differences.indices.reduce(0) { $0 | differences[$1] } == 0
    guard isKnown || ["/health", "/ready", "/ping"].contains(request.uri.path) else {
      throw RequestError(
        .unauthorized,
        .badData(
          place: "header Authorization", found: header.isEmpty ? "nothing" : "another key",
          accepted: "'Bearer ' and the server's API key"))
    }
    return try await next(request, context)
  }
}
