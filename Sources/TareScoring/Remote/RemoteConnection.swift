/// JSON to one URL and back: time-outs, and further attempts where they may help.
internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import TareCore

struct RemoteConnection: Sendable {
  let url: String
  let options: RemoteOptions

  /// A reply of rewards is far below this.
  private static let longestReply = 64 << 20

  /// Lives as long as the process, as its connections are kept for further requests.
  private static let client: HTTPClient = {
    var configuration = HTTPClient.Configuration(
      redirectConfiguration: .disallow,
      timeout: .init(connect: .seconds(10)))
    // Attempts are counted here, not in two places.
    configuration.connectionPool.retryConnectionEstablishment = false
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }()

  init(url: String, _ options: RemoteOptions) {
    self.url = url
    self.options = options
  }

  /// Sends `value` until there is an answer: broken connections, time-outs and 5xx are tried again
  /// after a pause, anything else is not.
  func post(_ value: JSONValue) async throws(TareError) -> JSONValue {
    var request = HTTPClientRequest(url: url)
    request.method = .POST
    request.headers.add(name: "Content-Type", value: "application/json")
    request.body = .bytes(ByteBuffer(string: value.text()))

    var pause = options.firstPause
    var failure = ""
    for attempt in 1...options.attempts {
      if attempt > 1 {
        do {
          try await Task.sleep(for: pause)
        } catch {
          throw interrupted
        }
        pause = min(pause * 2, options.longestPause)
      }
      switch await send(request) {
      case .failure(let error): failure = reason(error)
      case .success(let (status, body)):
        if (500..<600).contains(status.code) {
          failure = "status \(status.code)\(body.excerpt)"
        } else {
          return try parsed(status, body)
        }
      }
      guard !Task.isCancelled else { throw interrupted }
    }
    throw .unreachable(
      "\(url) gave no answer in \(options.attempts) attempts; the last: \(failure)")
  }

  private var interrupted: TareError { .interrupted("stopped while waiting for \(url)") }

  private typealias Outcome = Result<(HTTPResponseStatus, ByteBuffer), any Error>

  /// Status and whole body within the time-out, which the client itself ends at the first byte.
  private func send(_ request: HTTPClientRequest) async -> Outcome {
    await withTaskGroup(of: Outcome.self) { group in
      group.addTask {
        do {
          let response = try await Self.client.execute(request, deadline: .distantFuture)
          let body = try await response.body.collect(upTo: Self.longestReply)
          return .success((response.status, body))
        } catch {
          return .failure(error)
        }
      }
      group.addTask {
        try? await Task.sleep(for: options.timeout)
        return .failure(HTTPClientError.deadlineExceeded)
      }
      defer { group.cancelAll() }
      return await group.next() ?? .failure(CancellationError())
    }
  }

  private func parsed(
    _ status: HTTPResponseStatus, _ body: ByteBuffer
  ) throws(TareError) -> JSONValue {
    guard status == .ok else {
      throw .badData(
        place: url, found: "status \(status.code)\(body.excerpt)", accepted: "status 200")
    }
    do {
      return try JSONValue(parsing: Array(body.readableBytesView))
    } catch {
      throw error.inside("\(url), reply")
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
