import Foundation
import Synchronization
import TareTesting

/// Something that happens once, on any thread.
final class Signal: Sendable {
  private let hasCome = Mutex(false)

  func open() { hasCome.withLock { $0 = true } }

  func wait() async {
    while !hasCome.withLock({ $0 }) { try? await Task.sleep(for: .milliseconds(5)) }
  }
}

/// A server on loopback that answers with any bytes at all.
final class RawServer: Sendable {
  /// One connection, used by its own thread.
  struct Connection: Sendable {
    /// Connections before this one.
    let number: Int
    let socket: Int32

    /// The next request, with as much of a body as its Content-Length says; nil when the client is gone.
    func request() -> (head: RequestHead, body: String)? {
      var received: [UInt8] = []
      var byte = UInt8(0)
      while !received.suffix(4).elementsEqual("\r\n\r\n".utf8) {
        guard recv(socket, &byte, 1, 0) == 1 else { return nil }
        received.append(byte)
      }
      let head = RequestHead(String(decoding: received, as: UTF8.self))
      var body = [UInt8](repeating: 0, count: Int(head.headers["content-length"] ?? "") ?? 0)
      var count = 0
      while count < body.count {
        let piece = body.withUnsafeMutableBytes {
          recv(socket, $0.baseAddress?.advanced(by: count), $0.count - count, 0)
        }
        guard piece > 0 else { return nil }
        count += piece
      }
      return (head, String(decoding: body, as: UTF8.self))
    }

    /// - Returns: whether the client took it.
    @discardableResult func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    @discardableResult func send(_ bytes: [UInt8]) -> Bool {
      LoopbackPort.send(bytes, to: socket)
    }

    /// Waits until the client closes the connection.
    func waitForClose() {
      var byte = UInt8(0)
      while recv(socket, &byte, 1, 0) > 0 {}
    }
  }

  private let port: LoopbackPort
  private let heads: Log

  private final class Log: Sendable {
    let connections = Mutex(0)
  }

  var url: String { port.url }
  var connections: Int { heads.connections.withLock { $0 } }

  /// - Parameter serve: given each connection on a thread of its own; it is closed afterwards.
  init(_ serve: @escaping @Sendable (Connection) -> Void) throws {
    let log = Log()
    heads = log
    port = try LoopbackPort { socket, _ in
      let number = log.connections.withLock { count in
        defer { count += 1 }
        return count
      }
      serve(Connection(number: number, socket: socket))
      Glibc.close(socket)
    }
  }

  /// Answers one request with these bytes, and closes the connection.
  static func answering(_ text: String) throws -> RawServer {
    try RawServer { connection in
      guard connection.request() != nil else { return }
      connection.send(text)
    }
  }
}
