/// A server that a test scripts request by request: for engines that are there, and for what real ones
/// do when they are broken.
internal import Foundation
internal import Synchronization
package import TareCore

/// Listens on a free port of 127.0.0.1. Every answer ends its connection; requests are answered at the
/// same time.
package final class CannedServer: Sendable {
  package struct Request: Sendable {
    /// Requests before this one.
    package let number: Int
    package let method: String
    package let path: String
    /// Names in lower case.
    package let headers: [String: String]
    package let body: JSONValue?

    /// The texts of OpenRLHF's protocol.
    package var texts: [String] { body?["query"]?.array?.compactMap(\.string) ?? [] }
  }

  package enum Answer: Sendable {
    case reply(status: Int = 200, headers: [String: String] = [:], String)
    /// The connection is closed without a byte.
    case close
    /// Headers that promise more than what follows, and then nothing more.
    case stall(String)
    /// An answer after a while.
    indirect case late(Duration, Answer)

    /// The reply of OpenRLHF's protocol that the texts' own numbers are their rewards.
    package static func numbers(_ texts: [String]) -> Answer {
      .reply("{\"rewards\": [\(texts.joined(separator: ", "))]}")
    }
  }

  package typealias Script = @Sendable (Request) -> Answer

  private let port: LoopbackPort
  private let log = Log()

  private final class Log: Sendable {
    let requests = Mutex<[Request]>([])
    /// Connections that are left hanging.
    let stalled = Mutex<[Int32]>([])
    /// Requests that are being answered, and the most that were.
    let running = Mutex((now: 0, most: 0))
  }

  package var url: String { port.url }
  package var all: [Request] { log.requests.withLock { $0 } }
  /// The texts of each request so far, by OpenRLHF's protocol.
  package var requests: [[String]] { all.map(\.texts) }
  /// Requests that were answered at the same time.
  package var mostAtOnce: Int { log.running.withLock { $0.most } }

  package init(_ script: @escaping Script) throws {
    let log = log
    port = try LoopbackPort { connection, _ in Self.answer(connection, script, log) }
  }

  deinit {
    for connection in log.stalled.withLock({ $0 }) { Glibc.close(connection) }
  }

  private static func answer(_ connection: Int32, _ script: Script, _ log: Log) {
    guard let (head, body) = request(from: connection) else {
      Glibc.close(connection)
      return
    }
    let lines = RequestHead(head)
    let request = log.requests.withLock { requests in
      let request = Request(
        number: requests.count, method: lines.method, path: lines.path, headers: lines.headers,
        body: try? JSONValue(parsing: body))
      requests.append(request)
      return request
    }
    log.running.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
    // It is over before the client can know.
    var answer = script(request)
    while case .late(let pause, let next) = answer {
      Thread.sleep(forTimeInterval: pause / .seconds(1))
      answer = next
    }
    log.running.withLock { $0.now -= 1 }
    switch answer {
    case .reply(let status, let headers, let text):
      let lines = headers.map { "\($0): \($1)\r\n" }.joined()
      let head = "HTTP/1.1 \(status) -\r\nContent-Length: \(text.utf8.count)\r\n\(lines)"
      send(head + "Connection: close\r\n\r\n" + text, to: connection)
      Glibc.close(connection)
    case .stall(let text):
      let head = "HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count + 1)\r\n\r\n"
      send(text.isEmpty ? "" : head + text, to: connection)
      log.stalled.withLock { $0.append(connection) }
    case .close, .late: Glibc.close(connection)
    }
  }

  private static func send(_ text: String, to connection: Int32) {
    let bytes = Array(text.utf8)
    LoopbackPort.send(bytes, to: connection)
  }

  /// Head and body of one request; nil if the client leaves before its end.
  private static func request(from connection: Int32) -> (head: String, body: String)? {
    var received: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = recv(connection, &buffer, buffer.count, 0)
      guard count > 0 else { return nil }
      received += buffer[..<count]
      let text = String(decoding: received, as: UTF8.self)
      guard let end = text.range(of: "\r\n\r\n") else { continue }
      let head = String(text[..<end.lowerBound])
      let length = head.lowercased().split(separator: "\r\n")
        .first { $0.hasPrefix("content-length:") }
        .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) }
      let body = text[end.upperBound...]
      if body.utf8.count >= length ?? 0 { return (head, String(body)) }
    }
  }
}
