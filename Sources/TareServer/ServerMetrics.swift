/// What the server has done so far, as Prometheus reads it.
internal import Foundation
internal import Hummingbird
internal import Synchronization
internal import TareServing

/// Counts requests by path and status, and the time they took.
final class ServerMetrics: RouterMiddleware {
  typealias Context = RewardContext

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

  func text(of service: RewardService) -> String {
    let requests = totals.withLock { $0 }.sorted {
      ($0.key.path, $0.key.status) < ($1.key.path, $1.key.status)
    }
    func byRequest(_ value: (Total) -> String) -> [(labels: String, value: String)] {
      requests.map { key, total in
        ("{path=\"\(key.path)\",status=\"\(key.status)\"}", value(total))
      }
    }
    let done = service.totals
    return family(
      "tare_requests_total", "counter", "Requests answered.", byRequest { "\($0.count)" })
      + family(
        "tare_request_seconds_total", "counter", "Total time of the requests.",
        byRequest { "\($0.seconds)" })
      + family(
        "tare_tokens_total", "counter", "Tokens of the scored inputs.",
        [("", "\(done.tokens)")])
      + family(
        "tare_tokens_computed_total", "counter",
        "Tokens computed: shared prefixes of the inputs of a pass count once.",
        [("", "\(done.computed)")])
      + family(
        "tare_model_seconds_total", "counter", "Time spent in the model.",
        [("", "\(done.seconds)")])
      + family(
        "tare_waiting_texts", "gauge", "Inputs that wait for a pass of the model.",
        [("", "\(service.waiting)")])
      + cache(service.model.cacheCounts)
  }

  /// Of a cache in front of engines elsewhere; nothing where there is none.
  private func cache(_ counts: CacheCounts?) -> String {
    guard let counts else { return "" }
    return family(
      "tare_cache_hits_total", "counter", "Inputs whose reward was in the cache.",
      [("", "\(counts.hits)")])
      + family(
        "tare_cache_misses_total", "counter", "Inputs whose reward was requested from an engine.",
        [("", "\(counts.misses)")])
      + family(
        "tare_cache_entries", "gauge", "Rewards in the cache.", [("", "\(counts.entries)")])
  }

  private func family(
    _ name: String, _ kind: String, _ help: String, _ series: [(labels: String, value: String)]
  ) -> String {
    "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n"
      + series.map { "\(name)\($0.labels) \($0.value)\n" }.joined()
  }
}
