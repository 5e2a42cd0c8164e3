/// The client against servers that do what a server should.
import Foundation
import Synchronization
import TareCore
import TareHTTP
import TareTesting
import Testing

@Suite(.timeLimit(.minutes(1))) struct HTTPClientTests {
  /// The text of a reply's body.
  private func text(_ request: HTTPRequest) async throws -> String {
    let response = try await HTTPClient.send(request)
    return String(decoding: try await response.body.collect(upTo: 1 << 20), as: UTF8.self)
  }

  @Test func `a request goes out as it is, and its reply comes whole`() async throws {
    let sent = Mutex<[(head: RequestHead, body: String)]>([])
    let server = try RawServer { connection in
      while let request = connection.request() {
        sent.withLock { $0.append(request) }
        connection.send(
          "HTTP/1.1 203 Fine\r\nX-Two: a\r\ncontent-length: 5\r\nx-two:  b \r\nX-Empty:\r\n\r\nwörd"
        )
      }
    }
    var request = HTTPRequest(server.url + "/a/../b%20c?d=e f#g")
    request.method = "POST"
    request.headers.add("X-Mine", "ä")
    request.body = Array("häh\u{0}?".utf8)
    let response = try await HTTPClient.send(request)
    #expect(response.status == 203)
    #expect(response.headers["X-Two"] == ["a", "b"])
    #expect(response.headers.first("CONTENT-LENGTH") == "5")
    #expect(response.headers.first("x-empty") == "")
    #expect(response.headers.first("x-none") == nil)
    #expect(try await response.body.collect(upTo: 5) == Array("wörd".utf8))
    #expect(try await response.body.next() == nil)

    let only = try #require(sent.withLock { $0.first })
    #expect(only.head.method == "POST")
    #expect(only.head.path == "/a/../b%20c?d=e%20f")
    #expect(only.body == "häh\u{0}?")
    let host = String(server.url.dropFirst("http://".count))
    #expect(only.head.headers == ["host": host, "x-mine": "ä", "content-length": "6"])

    var empty = HTTPRequest(server.url)
    empty.method = "DELETE"
    #expect(try await text(empty) == "wörd")
    #expect(sent.withLock { $0.last?.head.method } == "DELETE")
    #expect(sent.withLock { $0.last?.head.headers } == ["host": host])
  }

  @Test func `a long body goes out without asking first`() async throws {
    let length = Mutex(0)
    let server = try RawServer { connection in
      guard let (head, body) = connection.request() else { return }
      length.withLock { $0 = head.headers["expect"] == nil ? body.utf8.count : -1 }
      connection.send("HTTP/1.1 204 -\r\n\r\n")
    }
    var request = HTTPRequest(server.url)
    request.method = "POST"
    request.body = [UInt8](repeating: 97, count: 8 << 20)
    #expect(try await text(request) == "")
    #expect(length.withLock { $0 } == 8 << 20)
  }

  @Test func `a connection is used again`() async throws {
    let server = try RawServer { connection in
      while connection.request() != nil {
        connection.send("HTTP/1.1 200 -\r\nContent-Length: 2\r\n\r\nok")
      }
    }
    for _ in 0..<5 { #expect(try await text(HTTPRequest(server.url)) == "ok") }
    #expect(server.connections == 1)
  }

  @Test func `a connection that the server has closed is made again`() async throws {
    let server = try RawServer { connection in
      guard connection.request() != nil else { return }
      connection.send("HTTP/1.1 200 -\r\nContent-Length: 2\r\n\r\nok")
    }
    for _ in 0..<5 { #expect(try await text(HTTPRequest(server.url)) == "ok") }
    #expect(server.connections == 5)
  }

  @Test func `many requests run at the same time`() async throws {
    let count = 40
    let gate = Mutex(0)
    // Nobody is answered before all have come.
    let server = try RawServer { connection in
      guard let (head, _) = connection.request() else { return }
      gate.withLock { $0 += 1 }
      while gate.withLock({ $0 }) < count { usleep(1000) }
      connection.send("HTTP/1.1 200 -\r\nConnection: close\r\n\r\n\(head.path)")
    }
    let texts = try await withThrowingTaskGroup(of: String.self) { group in
      for index in 0..<count {
        group.addTask { try await text(HTTPRequest("\(server.url)/\(index)")) }
      }
      return try await group.reduce(into: Set<String>()) { $0.insert($1) }
    }
    #expect(texts == Set((0..<count).map { "/\($0)" }))
  }

  @Test func `a body in chunks comes as it was cut, and trailers are left out`() async throws {
    let server = try RawServer.answering(
      "HTTP/1.1 103 Early\r\nX-Early: 1\r\n\r\nHTTP/1.1 200 -\r\nTransfer-Encoding: chunked\r\n\r\n"
        + "3\r\nabc\r\n5;x=y\r\ndefgh\r\n0\r\nX-Late: 1\r\n\r\n")
    let response = try await HTTPClient.send(HTTPRequest(server.url))
    #expect(response.status == 200)
    #expect(response.headers.fields.map(\.name) == ["Transfer-Encoding"])
    #expect(try await response.body.collect(upTo: 8) == Array("abcdefgh".utf8))
  }

  @Test func `a redirect is the caller's`() async throws {
    let server = try RawServer.answering(
      "HTTP/1.1 302 -\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
    let response = try await HTTPClient.send(HTTPRequest(server.url))
    #expect(response.status == 302)
    #expect(response.headers.first("Location") == "http://127.0.0.1:1/")
  }

  @Test func `a user in the address is no credential, and cookies are forgotten`() async throws {
    let sent = Mutex<[[String: String]]>([])
    let server = try RawServer { connection in
      while let (head, _) = connection.request() {
        sent.withLock { $0.append(head.headers) }
        connection.send(
          "HTTP/1.1 401 -\r\nWWW-Authenticate: Basic\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n"
        )
      }
    }
    let address = server.url.replacing("http://", with: "http://user:word@")
    for _ in 0..<2 {
      #expect(try await HTTPClient.send(HTTPRequest(address)).status == 401)
    }
    #expect(sent.withLock { $0.count } == 2)
    #expect(sent.withLock { $0.allSatisfy { $0.keys.elementsEqual(["host"]) } })
  }

  @Test(arguments: [
    "ftp://127.0.0.1/", "file:///etc/passwd", "127.0.0.1", "", "http://", "gopher://a",
  ])
  func `what is no address is refused`(address: String) async throws {
    await #expect(
      throws: HTTPFailure.final(
        .badData(
          place: "address", found: "'\(address)'", accepted: "an http or https address"))
    ) { try await HTTPClient.send(HTTPRequest(address)) }
  }

  @Test(arguments: [
    ("X-A", "b\r\nX-C: d"), ("X-A\r\nX-B", "c"), ("", "c"), ("X A", "c"), ("X", "\0"),
  ])
  func `a header that would be two is refused, and its value not told`(
    name: String, value: String
  ) async throws {
    let server = try RawServer.answering("HTTP/1.1 200 -\r\n\r\n")
    var request = HTTPRequest(server.url)
    request.headers.add(name, value)
    let failure = await #expect(throws: HTTPFailure.self) { try await HTTPClient.send(request) }
    guard case .final(let error)? = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(error.exitCode == 65)
    #expect(!error.description.contains("d\""))
    #expect(server.connections == 0)
  }

  @Test func `nobody listening is told in the system's words`() async throws {
    let url = try RawServer { _ in }.url
    // The port is closed when its owner is gone.
    let failure = await #expect(throws: HTTPFailure.self) {
      while true { _ = try await text(HTTPRequest(url)) }
    }
    #expect([.failed("Connection refused"), .closed].contains(failure))
  }

  // MARK: - The reader

  @Test func `the server waits while nobody reads`() async throws {
    let total = 64 << 20
    let stopped = Mutex<Int?>(nil)
    let server = try RawServer { connection in
      guard connection.request() != nil else { return }
      connection.send("HTTP/1.1 200 -\r\nContent-Length: \(total)\r\n\r\n")
      // A send that is not taken for a second has found the client full.
      var limit = timeval(tv_sec: 1, tv_usec: 0)
      setsockopt(
        connection.socket, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
      let piece = [UInt8](repeating: 7, count: 1 << 16)
      var sent = 0
      while sent < total {
        let count = Glibc.send(
          connection.socket, piece, min(piece.count, total - sent), Int32(MSG_NOSIGNAL))
        if count > 0 { sent += count }
        if count <= 0, errno != EAGAIN, errno != EINTR { return }
        if count <= 0 { stopped.withLock { if $0 == nil { $0 = sent } } }
      }
    }
    let response = try await HTTPClient.send(HTTPRequest(server.url))
    while stopped.withLock({ $0 }) == nil { try await Task.sleep(for: .milliseconds(20)) }
    #expect(stopped.withLock { $0 ?? .max } < total / 2)
    var count = 0
    while let bytes = try await response.body.next() {
      #expect(bytes.allSatisfy { $0 == 7 })
      // A piece that waits, and what the library had when it was full.
      #expect(bytes.count <= 2 << 20)
      count += bytes.count
    }
    #expect(count == total)
  }

  @Test func `a server that waits for the reader is not silent`() async throws {
    // More than the client keeps; the rest waits in the socket.
    let total = (1 << 20) + (1 << 19)
    let sent = Signal()
    let server = try RawServer { connection in
      guard connection.request() != nil else { return }
      connection.send("HTTP/1.1 200 -\r\nContent-Length: \(total)\r\n\r\n")
      connection.send([UInt8](repeating: 7, count: total))
      sent.open()
      connection.waitForClose()
    }
    var request = HTTPRequest(server.url)
    request.idleTimeout = .seconds(2)
    let response = try await HTTPClient.send(request)
    await sent.wait()
    try await Task.sleep(for: .seconds(3))
    #expect(try await response.body.collect(upTo: total).count == total)
  }

  @Test func `a body that nobody wants ends the transfer`() async throws {
    let closed = Signal()
    let server = try RawServer { connection in
      guard connection.request() != nil else { return }
      connection.send("HTTP/1.1 200 -\r\nContent-Length: 100\r\n\r\nabc")
      connection.waitForClose()
      closed.open()
    }
    let status = try await HTTPClient.send(HTTPRequest(server.url)).status
    #expect(status == 200)
    await closed.wait()
  }

  /// Before the head, and in the middle of the body.
  @Test(arguments: ["", "HTTP/1.1 200 -\r\nContent-Length: 100\r\n\r\nabc"])
  func `a cancelled task ends the transfer`(sent: String) async throws {
    let (asked, closed) = (Signal(), Signal())
    let server = try RawServer { connection in
      guard connection.request() != nil else { return }
      connection.send(sent)
      asked.open()
      connection.waitForClose()
      closed.open()
    }
    let task = Task { try await text(HTTPRequest(server.url)) }
    await asked.wait()
    task.cancel()
    await #expect(throws: HTTPFailure.cancelled) { try await task.value }
    await closed.wait()
  }

  @Test func `a task that is cancelled before it asks asks nobody`() async throws {
    let server = try RawServer.answering("HTTP/1.1 200 -\r\n\r\n")
    let task = Task { [url = server.url] in
      while !Task.isCancelled { await Task.yield() }
      return try await text(HTTPRequest(url))
    }
    task.cancel()
    await #expect(throws: HTTPFailure.cancelled) { try await task.value }
    #expect(server.connections == 0)
  }
}
