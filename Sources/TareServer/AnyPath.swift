/// Requests that are answered wherever they are sent.
internal import Hummingbird

/// Answers what is posted to a path that no protocol has: LLaMA-Factory posts to the address as its user
/// wrote it.
struct AnyPath: RouterMiddleware {
  typealias Context = RewardContext

  /// Gives nil for a request that is not of that kind.
  let answer: @Sendable (Request, Context) async throws -> Response?

  func handle(
    _ request: Request, context: Context,
    next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    do {
      return try await next(request, context)
    } catch let error as HTTPError where error.status == .notFound && request.method == .post {
      guard let response = try await answer(request, context) else { throw error }
      return response
    }
  }
}
