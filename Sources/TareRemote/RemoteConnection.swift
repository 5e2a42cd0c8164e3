/// One engine's URL: one request, one reply or the reason why there is none.
internal import AsyncHTTPClient
internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import TareCore

/// Why a request had no reply.
enum RemoteFailure: Error {
  /// Another attempt may help, here or elsewhere, and here not before the time that the engine asks for.
  case again(reason: String, after: Duration?)
  case final(TareError)
  /// There is nothing at the path.
  case missing(TareError)
}

struct RemoteConnection: Sendable {
  /// Where texts are posted.
  let url: String
  /// Whether the URL's own path is the protocol's other one.
  let isOther: Bool
  /// The URL without the protocol's path, which other paths follow.
  private let base: String
  private let options: RemoteOptions

  /// A reply of rewards is far below this.
  private static let longestReply = 64 << 20
  /// What says the engine's name needs no model to run.
  private static let longestQuestion = Duration.seconds(20)
  /// What an engine that asks for more patience than this gets of it.
  private static let longestWish = Duration.seconds(300)

  /// Lives as long as the process, as its connections are kept for further requests.
  private static let client: HTTPClient = {
    var configuration = HTTPClient.Configuration(
      redirectConfiguration: .disallow,
      timeout: .init(connect: .seconds(10)))
    // Attempts are counted by whoever asks, not in two places.
    configuration.connectionPool.retryConnectionEstablishment = false
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }()

  /// - Parameters:
  ///   - path: the protocol's, added to a URL that has none.
  ///   - other: another path that texts may be posted to.
  /// - Throws: `TareError.usage` for a text that is no URL.
  init(url: String, path: String, or other: String? = nil, _ options: RemoteOptions)
    throws(TareError)
  {
    guard var parts = URLComponents(string: url), let scheme = parts.scheme?.lowercased(),
      ["http", "https"].contains(scheme), parts.host?.isEmpty == false
    else { throw .usage("engine: expected an address such as http://127.0.0.1:5000, found \(url)") }
    if ["", "/"].contains(parts.path) { parts.path = path }
    self.url = parts.string ?? url
    let own = [path, other].compactMap(\.self).first { parts.path.hasSuffix($0) }
    isOther = own != nil && own == other
    parts.path = own.map { String(parts.path.dropLast($0.count)) } ?? ""
    parts.query = nil
    base = parts.string ?? url
    self.options = options
  }

  /// - Parameter path: another than the URL's own.
  func post(_ value: JSONValue, to path: String? = nil) async throws(RemoteFailure) -> JSONValue {
    let url = address(path)
    var request = request(url)
    request.method = .POST
    request.headers.add(name: "Content-Type", value: "application/json")
    request.body = .bytes(ByteBuffer(string: value.text()))
    let (response, body) = try await reply(request, within: options.timeout)
    guard response.status == .ok else {
      let found = "status \(response.status.code)\(body.excerpt)"
      // What is wrong with the texts, in the engines' own ways to say it, is not an engine's failure.
      guard [400, 413, 422].contains(response.status.code) else {
        let error = TareError.unreachable(
          "\(url) does not score: \(found) (is it the protocol's address?)")
        throw response.status == .notFound ? .missing(error) : .final(error)
      }
      throw .final(.badData(place: url, found: found, accepted: "status 200"))
    }
    return try parsed(body)
  }

  /// Where texts go that are posted to a path.
  func address(_ path: String?) -> String { path.map { base + $0 } ?? url }

  /// - Returns: nil where the engine has no such path.
  func get(_ path: String) async throws(RemoteFailure) -> JSONValue? {
    let (response, body) = try await reply(
      request(base + path), within: min(options.timeout, Self.longestQuestion))
    return response.status == .ok ? try parsed(body) : nil
  }

  /// Whether there is somebody, and ready: an engine without such a path says at least that.
  func isReady() async -> Bool {
    (try? await reply(request(base + "/health"), within: .seconds(2))) != nil
  }

  private func request(_ url: String) -> HTTPClientRequest {
    var request = HTTPClientRequest(url: url)
    if let key = options.key { request.headers.add(name: "Authorization", value: "Bearer \(key)") }
    return request
  }

  private typealias Outcome = Result<(HTTPClientResponse, ByteBuffer), any Error>

  /// Status and whole body within the time-out, which the client itself ends at the first byte.
  /// - Throws: `RemoteFailure.again` for broken connections, time-outs, 429 and 5xx.
  private func reply(
    _ request: HTTPClientRequest, within timeout: Duration
  ) async throws(RemoteFailure) -> (HTTPClientResponse, ByteBuffer) {
    let outcome = await withTaskGroup(of: Outcome.self) { group in
      group.addTask {
        do {
          let response = try await Self.client.execute(request, deadline: .distantFuture)
          return .success((response, try await response.body.collect(upTo: Self.longestReply)))
        } catch {
          return .failure(error)
        }
      }
      group.addTask {
        try? await Task.sleep(for: timeout)
        return .failure(HTTPClientError.deadlineExceeded)
      }
      defer { group.cancelAll() }
      return await group.next() ?? .failure(CancellationError())
    }
    switch outcome {
    case .failure(let error): throw .again(reason: reason(error), after: nil)
    case .success(let (response, body)):
      let code = response.status.code
      guard code != 429, !(500..<600).contains(code) else {
        // A date, the header's other form, is not read.
        let seconds = response.headers.first(name: "Retry-After").flatMap { Int($0) }
        throw .again(
          reason: "status \(code)\(body.excerpt)",
          after: seconds.map { min(.seconds(max($0, 0)), Self.longestWish) })
      }
      return (response, body)
    }
  }

  private func parsed(_ body: ByteBuffer) throws(RemoteFailure) -> JSONValue {
    do throws(TareError) {
      return try JSONValue(parsing: Array(body.readableBytesView))
    } catch {
      throw .final(.unreachable("\(error.inside("\(url), reply"))"))
    }
  }
}

extension ByteBuffer {
  /// The beginning of a reply that is no answer, for messages.
  fileprivate var excerpt: String {
    let text = String(buffer: self)
    guard !text.isEmpty else { return "" }
    return ": " + text.prefix(200).split(whereSeparator: \.isNewline).joined(separator: " ")
  }
}

/// Why a request had no answer, in a few words.
private func reason(_ error: any Error) -> String {
  switch error as? HTTPClientError {
  case .deadlineExceeded, .readTimeout: "timed out"
  case .connectTimeout: "timed out connecting"
  case .remoteConnectionClosed: "the connection was closed"
  default: "\(error)"
  }
}
