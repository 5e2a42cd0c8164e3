/// What the server has done so far, as Prometheus reads it.
internal import Foundation
internal import Hummingbird
internal import Synchronization

/// Counts requests by path and status, and the time they took.
final class ServerMetrics: RouterMiddleware {
  typealias Context = BasicRequestContext

  private struct Series: Hashable {
    let path: String
    let status: Int
  }

  private struct Total {
    var count = 0
    var seconds = 0.0
  }

  /// Those that are served; all others are one series, as clients could make any number of them.
  private let paths: Set<String>
  private let totals = Mutex<[Series: Total]>([:])

  init(paths: Set<String>) { self.paths = paths }

  func handle(
    _ request: Request, context: Context,
    next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    let start = ContinuousClock.now
    let response = try await next(request, context)
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let path = paths.contains(request.uri.path) ? request.uri.path : "other"
    totals.withLock { totals in
      totals[Series(path: path, status: response.status.code), default: Total()].count += 1
      totals[Series(path: path, status: response.status.code), default: Total()].seconds += seconds
    }
    return response
  }

  /// - Parameter waiting: texts that wait for the model.
  func text(waiting: Int) -> String {
    let totals = totals.withLock { $0 }.sorted {
      ($0.key.path, $0.key.status) < ($1.key.path, $1.key.status)
    }
    func family(
      _ name: String, _ kind: String, _ help: String, _ value: (Total) -> String
    ) -> String {
      "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n"
        + totals.map {
          "\(name){path=\"\($0.key.path)\",status=\"\($0.key.status)\"} \(value($0.value))\n"
        }.joined()
    }
    return family("tare_requests_total", "counter", "Requests answered.") { "\($0.count)" }
      + family("tare_request_seconds_total", "counter", "Time of the requests.") { "\($0.seconds)" }
        + """
        # HELP tare_waiting_texts Texts that no pass of the model has taken yet.
        # TYPE tare_waiting_texts gauge
        tare_waiting_texts \(waiting)

        """
  }
}
