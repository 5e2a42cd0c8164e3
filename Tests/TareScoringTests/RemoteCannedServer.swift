/// A server that a test scripts request by request: for what real ones do when they are broken.
import Foundation
import Synchronization
import TareCore
import Testing

/// Listens on a free port of 127.0.0.1. Every answer ends its connection.
final class CannedServer: Sendable {
  enum Answer {
    case reply(status: Int = 200, String)
    /// The connection is closed without a byte.
    case close
    /// Headers that promise more than what follows, and then nothing more.
    case stall(String)

    /// The reply that the texts' own numbers are their rewards.
    static func numbers(_ texts: [String]) -> Answer {
      .reply("{\"rewards\": [\(texts.joined(separator: ", "))]}")
    }
  }

  /// - Parameters: the request's number from 0, and its texts.
  typealias Script = @Sendable (Int, [String]) -> Answer

  let port: UInt16
  private let listener: Int32
  private let log = Log()

  private final class Log: Sendable {
    let requests = Mutex<[[String]]>([])
    /// Connections that are left hanging.
    let stalled = Mutex<[Int32]>([])
  }

  var url: String { "http://127.0.0.1:\(port)" }
  /// The texts of each request so far.
  var requests: [[String]] { log.requests.withLock { $0 } }

  init(_ script: @escaping Script) throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    try #require(listener >= 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(listener, address, length) == 0 && listen(listener, 16) == 0
          && getsockname(listener, address, &length) == 0
      }
    }
    try #require(bound)
    self.listener = listener
    port = UInt16(bigEndian: address.sin_port)
    let log = log
    Thread { Self.serve(listener, script, log) }.start()
  }

  deinit {
    // Wakes the thread out of `accept`; it closes the socket.
    shutdown(listener, Int32(SHUT_RDWR))
    for connection in log.stalled.withLock({ $0 }) { Glibc.close(connection) }
  }

  private static func serve(_ listener: Int32, _ script: Script, _ log: Log) {
    defer { Glibc.close(listener) }
    while case let connection = accept(listener, nil, nil), connection >= 0 {
      guard let body = request(from: connection) else {
        Glibc.close(connection)
        continue
      }
      let texts = (try? JSONValue(parsing: body))?["query"]?.array?.compactMap(\.string) ?? []
      let number = log.requests.withLock { requests in
        requests.append(texts)
        return requests.count - 1
      }
      switch script(number, texts) {
      case .close: Glibc.close(connection)
      case .reply(let status, let text):
        let head = "HTTP/1.1 \(status) -\r\nContent-Length: \(text.utf8.count)\r\n"
        send(head + "Connection: close\r\n\r\n" + text, to: connection)
        Glibc.close(connection)
      case .stall(let text):
        let head = "HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count + 1)\r\n\r\n"
        send(text.isEmpty ? "" : head + text, to: connection)
        log.stalled.withLock { $0.append(connection) }
      }
    }
  }

  private static func send(_ text: String, to connection: Int32) {
    let bytes = Array(text.utf8)
    _ = Glibc.send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }

  /// The body of one request; nil if the client leaves before its end.
  private static func request(from connection: Int32) -> String? {
    var received: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = recv(connection, &buffer, buffer.count, 0)
      guard count > 0 else { return nil }
      received += buffer[..<count]
      let parts = received.split(separator: Array("\r\n\r\n".utf8), maxSplits: 1)
      guard let head = parts.first, received.count > head.count + 3 else { continue }
      let length = String(decoding: head, as: UTF8.self).lowercased().split(separator: "\r\n")
        .first { $0.hasPrefix("content-length:") }
        .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) }
      let body = received[(head.count + 4)...]
      if body.count >= length ?? 0 { return String(decoding: body, as: UTF8.self) }
    }
  }
}
