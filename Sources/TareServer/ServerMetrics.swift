/// What the server has done so far, as Prometheus reads it.
internal import Foundation
internal import Hummingbird
internal import Synchronization
internal import TareCore
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
    /// Requests that took no longer than each of `bounds`.
    var within = [Int](repeating: 0, count: ServerMetrics.bounds.count)
  }

  /// Upper bounds of the histogram in seconds.
  private static let bounds = [
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300,
  ]

  /// Those that are served; all others are one series, as clients could make any number of them.
  private let paths: Set<String>
  private let totals = Mutex<[Series: Total]>([:])
  private let inProgress = Mutex(0)

  /// Requests that are being answered.
  var running: Int { inProgress.withLock { $0 } }

  init(paths: Set<String>) { self.paths = paths }

  func handle(
    _ request: Request, context: Context,
    next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    let start = ContinuousClock.now
    inProgress.withLock { $0 += 1 }
    defer { inProgress.withLock { $0 -= 1 } }
    let response = try await next(request, context)
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let path = paths.contains(request.uri.path) ? request.uri.path : "other"
    totals.withLock { totals in
      let series = Series(path: path, status: response.status.code)
      var total = totals[series] ?? Total()
      total.count += 1
      total.seconds += seconds
      for (index, bound) in Self.bounds.enumerated() where seconds <= bound {
        total.within[index] += 1
      }
      totals[series] = total
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
      + histogram("tare_request_duration_seconds", "Time of the requests.", requests)
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
        "tare_control_token_texts_total", "counter",
        "Inputs that spell a control token themselves.", [("", "\(done.controlTokens)")])
      + family(
        "tare_waiting_texts", "gauge", "Inputs that wait for a pass of the model.",
        [("", "\(service.waiting)")])
      + cache(service.model.cacheCounts) + prefixes(service.model.prefixCounts)
      + asVLLM(service, requests)
  }

  /// The same under the names that dashboards for vLLM read.
  private func asVLLM(_ service: RewardService, _ requests: [Dictionary<Series, Total>.Element])
    -> String
  {
    let label = "{model_name=\"\(Self.escaped(service.model.name))\"}"
    let scored = requests.filter { $0.key.status == 200 && Self.scoring.contains($0.key.path) }
    let all = scored.reduce(into: Total()) { sum, series in
      sum.count += series.value.count
      sum.seconds += series.value.seconds
      for index in sum.within.indices { sum.within[index] += series.value.within[index] }
    }
    let name = "vllm:e2e_request_latency_seconds"
    return family(
      "vllm:num_requests_running", "gauge", "Requests that are being answered.",
      [(label, "\(running)")])
      + family(
        "vllm:num_requests_waiting", "gauge", "Texts that no pass of the model has taken yet.",
        [(label, "\(service.waiting)")])
      + family(
        "vllm:prompt_tokens_total", "counter", "Tokens of the texts that were scored.",
        [(label, "\(service.totals.tokens)")])
      + family(
        "vllm:request_success_total", "counter", "Requests for rewards that were answered.",
        [(label, "\(all.count)")])
      + "# HELP \(name) Time of the requests for rewards.\n# TYPE \(name) histogram\n"
      + buckets(name, "model_name=\"\(Self.escaped(service.model.name))\"", all)
  }

  /// The paths that give rewards as vLLM has them.
  private static let scoring = Set(VLLM.endpoints.map(\.path))

  private static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
      .replacing("\n", with: "\\n")
  }

  private func histogram(
    _ name: String, _ help: String, _ requests: [Dictionary<Series, Total>.Element]
  ) -> String {
    "# HELP \(name) \(help)\n# TYPE \(name) histogram\n"
      + requests.map { key, total in
        buckets(name, "path=\"\(key.path)\",status=\"\(key.status)\"", total)
      }.joined()
  }

  private func buckets(_ name: String, _ labels: String, _ total: Total) -> String {
    zip(Self.bounds, total.within).map { bound, count in
      "\(name)_bucket{\(labels),le=\"\(bound)\"} \(count)\n"
    }.joined() + "\(name)_bucket{\(labels),le=\"+Inf\"} \(total.count)\n"
      + "\(name)_sum{\(labels)} \(total.seconds)\n"
      + "\(name)_count{\(labels)} \(total.count)\n"
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

  /// Of the cache of prefixes; nothing where there is none.
  private func prefixes(_ counts: PrefixCounts?) -> String {
    guard let counts, counts.limit > 0 else { return "" }
    return family(
      "tare_prefix_cache_tokens_total", "counter",
      "Tokens of inputs looked up in the prefix cache.",
      [("", "\(counts.tokens)")])
      + family(
        "tare_prefix_cache_hit_tokens_total", "counter",
        "Tokens of inputs whose keys and values were in the prefix cache.",
        [("", "\(counts.hits)")])
      + family(
        "tare_prefix_cache_evictions_total", "counter",
        "Panels of 64 tokens dropped from the prefix cache.", [("", "\(counts.evictions)")])
      + family(
        "tare_prefix_cache_bytes", "gauge", "Memory of the prefix cache.",
        [("", "\(counts.bytes)")])
      + family(
        "tare_prefix_cache_limit_bytes", "gauge", "Limit of the prefix cache's memory.",
        [("", "\(counts.limit)")])
      + family(
        "vllm:prefix_cache_queries_total", "counter", "Prefix cache queries, in tokens.",
        [("", "\(counts.tokens)")])
      + family(
        "vllm:prefix_cache_hits_total", "counter", "Prefix cache hits, in tokens.",
        [("", "\(counts.hits)")])
  }

  private func family(
    _ name: String, _ kind: String, _ help: String, _ series: [(labels: String, value: String)]
  ) -> String {
    "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n"
      + series.map { "\(name)\($0.labels) \($0.value)\n" }.joined()
  }
}
