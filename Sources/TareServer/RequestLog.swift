/// A line per request for whoever runs the server: when, what path, what came of it, and under which id.
internal import Foundation
internal import Hummingbird

/// Which requests get a line.
package enum RequestLogLevel: String, Sendable, CaseIterable {
  case none
  /// Those that are answered with 400 or more.
  case errors
  case all
}

/// Neither bodies, nor queries, nor headers are told, and so no key and no text: of a request the method, the
/// path, the status, the time, the body's size where the client says it, and the id.
///
/// The id is the client's X-Request-Id, or one that is made here; answers have it, too.
struct RequestLog: RouterMiddleware {
  typealias Context = RewardContext

  let level: RequestLogLevel
  let write: @Sendable (String) -> Void

  /// As much of an id or path as stands in a line.
  private static let longest = 100

  func handle(
    _ request: Request, context: Context,
    next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    guard level != .none else { return try await next(request, context) }
    let given = request.headers[.init("X-Request-Id")!].flatMap { $0.isEmpty ? nil : $0 }
    let id =
      given ?? String(UUID().uuidString.lowercased().replacing("-", with: "").prefix(16))
    var context = context
    context.loggedID = id
    let start = ContinuousClock.now
    do {
      var response = try await next(request, context)
      response.headers[.init("X-Request-Id")!] = Self.plain(id)
      tell(request, "\(response.status.code)", isError: response.status.code >= 400, id, start)
      return response
    } catch {
      // The client has gone, or nobody could answer.
      tell(request, "-", isError: true, id, start)
      throw error
    }
  }

  private func tell(
    _ request: Request, _ status: String, isError: Bool, _ id: String,
    _ start: ContinuousClock.Instant
  ) {
    guard level == .all || isError else { return }
    let milliseconds = (ContinuousClock.now - start) / .milliseconds(1)
    let time = Date.now.formatted(.iso8601.time(includingFractionalSeconds: true))
    let size = request.headers[.contentLength].map { " \(Self.plain($0)) bytes" } ?? ""
    write(
      "\(time) \(Self.plain(request.method.rawValue)) \(Self.plain(request.uri.path)) \(status) "
        + "\((milliseconds * 10).rounded() / 10) ms\(size) id=\(Self.plain(id))")
  }

  /// Printable ASCII without spaces, cut: a line stays one, and a terminal what it is.
  private static func plain(_ text: String) -> String {
    String(
      text.unicodeScalars.prefix(longest).map { scalar in
        (0x21...0x7E).contains(scalar.value) ? Character(scalar) : "?"
      })
  }
}
