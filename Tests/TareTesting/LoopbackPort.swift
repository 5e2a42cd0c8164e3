/// A free port of 127.0.0.1, and a thread for each who connects.
internal import Foundation

package final class LoopbackPort: Sendable {
  struct SocketError: Error {}

  package let number: UInt16
  private let listener: Int32

  package var url: String { "http://127.0.0.1:\(number)" }

  /// - Parameter serve: given a connection, which it closes, and this port's address.
  package init(
    _ serve: @escaping @Sendable (_ connection: Int32, _ url: String) -> Void
  ) throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(listener, address, length) == 0 && listen(listener, 64) == 0
          && getsockname(listener, address, &length) == 0
      }
    }
    guard listener >= 0, bound else { throw SocketError() }
    self.listener = listener
    number = UInt16(bigEndian: address.sin_port)
    let url = url
    Thread {
      defer { Glibc.close(listener) }
      while case let connection = accept(listener, nil, nil), connection >= 0 {
        Thread { serve(connection, url) }.start()
      }
    }.start()
  }

  /// All of the bytes, however little a socket takes at a time.
  /// - Returns: whether the client took them.
  @discardableResult
  package static func send(_ bytes: [UInt8], to connection: Int32) -> Bool {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(
          connection, $0.baseAddress?.advanced(by: done), bytes.count - done, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      done += count
    }
    return true
  }

  deinit {
    // Wakes the thread out of `accept`; it closes the socket.
    shutdown(listener, Int32(SHUT_RDWR))
  }
}

/// The lines of a request before its body.
package struct RequestHead: Sendable {
  package let method: String
  package let path: String
  /// Names in lower case.
  package let headers: [String: String]

  package init(_ text: String) {
    let lines = text.split(separator: "\r\n")
    let start = (lines.first ?? "").split(separator: " ").map(String.init)
    method = start.first ?? ""
    path = start.dropFirst().first ?? ""
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { continue }
      headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
    }
    self.headers = headers
  }
}
