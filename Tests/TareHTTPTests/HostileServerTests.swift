/// The client against servers that send too much, too little, too slowly, or no HTTP.
import Foundation
import TareCore
import TareHTTP
import TareTesting
import Testing

@Suite(.timeLimit(.minutes(1))) struct HostileServerTests {
  private static let limit = 1 << 20

  /// What a request for all of a reply throws.
  private func failure(_ request: HTTPRequest) async throws -> HTTPFailure {
    try #require(
      await #expect(throws: HTTPFailure.self) {
        _ = try await HTTPClient.send(request).body.collect(upTo: Self.limit)
      })
  }

  private func failure(_ answer: String) async throws -> HTTPFailure {
    let server = try RawServer.answering(answer)
    return try await failure(HTTPRequest(server.url))
  }

  // MARK: - Heads

  @Test(arguments: [
    "HTTP/1.1 200 -\r\n" + String(repeating: "X-A: b\r\n", count: 257) + "\r\n",
    "HTTP/1.1 200 -\r\nX-A: " + String(repeating: "b", count: 82 << 10) + "\r\n\r\n",
    "HTTP/1.1 200 -\r\n"
      + String(repeating: "X-A: \(String(repeating: "b", count: 60 << 10))\r\n", count: 5) + "\r\n",
    // Trailers are headers, too.
    "HTTP/1.1 200 -\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"
      + String(repeating: "X-A: \(String(repeating: "b", count: 3000))\r\n", count: 100) + "\r\n",
  ])
  func `a head that is too large is refused`(answer: String) async throws {
    guard case .malformed = try await failure(answer) else {
      Issue.record("it was taken")
      return
    }
  }

  /// Header after header, and interim reply after interim reply.
  @Test(arguments: [("HTTP/1.1 200 -\r\n", "X-A: b\r\n"), ("", "HTTP/1.1 103 -\r\nX-A: b\r\n\r\n")])
  func `a head without end is refused`(start: String, line: String) async throws {
    let closed = Signal()
    let server = try RawServer { connection in
      guard connection.request() != nil else { return }
      connection.send(start)
      while connection.send(line) {}
      closed.open()
    }
    guard case .malformed = try await failure(HTTPRequest(server.url)) else {
      Issue.record("it was taken")
      return
    }
    await closed.wait()
  }

  @Test(arguments: [
    "hello", "HTTP/0.9 200 -\r\n\r\n", "<html></html>\r\n\r\n", "\u{0}\u{1}\u{2}\r\n\r\n",
    "HTTP/1.1 OK\r\n\r\n", "HTTP/1.1 101 -\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nabc",
    "HTTP/1.1 200 -\r\nContent-Length: -5\r\n\r\nabc",
    "HTTP/1.1 200 -\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    "HTTP/1.1 200 -\r\nTransfer-Encoding: gzip\r\n\r\nabc",
    "HTTP/1.1 200 -\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nabc",
    "HTTP/1.1 200 -\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffffff\r\nabc",
  ])
  func `what is no HTTP is refused`(answer: String) async throws {
    switch try await failure(answer) {
    case .failed, .malformed, .closed, .cut: break
    case let other: Issue.record("\(other)")
    }
  }

  @Test func `a connection that is closed at once is told so`() async throws {
    #expect(try await failure("") == .closed)
  }

  // MARK: - Bodies

  @Test(arguments: ["Content-Length: 10\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n5\r\nabc"])
  func `a body that ends early is cut, after what came of it`(answer: String) async throws {
    let server = try RawServer.answering("HTTP/1.1 200 -\r\n" + answer)
    let response = try await HTTPClient.send(HTTPRequest(server.url))
    var came: [UInt8] = []
    let failure = await #expect(throws: HTTPFailure.self) {
      while let bytes = try await response.body.next() { came += bytes }
    }
    #expect(failure == .cut)
    #expect(came == Array("abc".utf8))
  }

  @Test func `a body without end is refused at the limit`() async throws {
    let closed = Signal()
    let server = try RawServer { connection in
      guard connection.request() != nil else { return }
      connection.send("HTTP/1.1 200 -\r\n\r\n")
      let piece = [UInt8](repeating: 0, count: 1 << 16)
      while connection.send(piece) {}
      closed.open()
    }
    #expect(try await failure(HTTPRequest(server.url)) == .tooLong(limit: Self.limit))
    await closed.wait()
  }

  @Test func `a body that promises too much is refused before it comes`() async throws {
    #expect(
      try await failure("HTTP/1.1 200 -\r\nContent-Length: \(Self.limit + 1)\r\n\r\n")
        == .tooLong(limit: Self.limit))
  }

  @Test func `what follows a body is not read into it, or into the next reply`() async throws {
    let server = try RawServer { connection in
      while connection.request() != nil {
        connection.send("HTTP/1.1 200 -\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 500 -\r\n\r\n")
      }
    }
    for _ in 0..<3 {
      let response = try await HTTPClient.send(HTTPRequest(server.url))
      #expect(response.status == 200)
      #expect(try await response.body.collect(upTo: 3) == Array("abc".utf8))
    }
  }

  @Test func `a compressed body is not taken apart`() async throws {
    // gzip of a megabyte of zeros would begin so.
    let packed: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3]
    let server = try RawServer { connection in
      guard connection.request() != nil else { return }
      connection.send("HTTP/1.1 200 -\r\nContent-Encoding: gzip\r\nContent-Length: 13\r\n\r\n")
      connection.send(packed)
    }
    let response = try await HTTPClient.send(HTTPRequest(server.url))
    #expect(try await response.body.collect(upTo: 13) == packed)
  }

  // MARK: - Time

  /// Before the head, in the head and in the body.
  private static let silences = [
    "", "HTTP/1.1 200 -\r\nX-A", "HTTP/1.1 200 -\r\nContent-Length: 9\r\n\r\nabc",
  ]

  @Test(arguments: silences) func `a server that falls silent is left`(sent: String) async throws {
    let server = try RawServer { connection in
      guard connection.request() != nil else { return }
      connection.send(sent)
      connection.waitForClose()
    }
    var request = HTTPRequest(server.url)
    request.idleTimeout = .milliseconds(200)
    #expect(try await failure(request) == .silent)
  }

  @Test(arguments: silences) func `a transfer ends with its time`(sent: String) async throws {
    let server = try RawServer { connection in
      guard connection.request() != nil else { return }
      connection.send(sent)
      connection.waitForClose()
    }
    var request = HTTPRequest(server.url)
    request.timeout = .milliseconds(200)
    #expect(try await failure(request) == .timedOut)
  }

  @Test func `a server that drips is not silent, and still ends with its time`() async throws {
    let server = try RawServer { connection in
      guard connection.request() != nil else { return }
      connection.send("HTTP/1.1 200 -\r\n\r\n")
      while connection.send("a") { usleep(20_000) }
    }
    var request = HTTPRequest(server.url)
    request.idleTimeout = .seconds(20)
    request.timeout = .seconds(2)
    #expect(try await failure(request) == .timedOut)
  }

  @Test func `a server that never agrees on TLS times out connecting`() async throws {
    let server = try RawServer { $0.waitForClose() }
    var request = HTTPRequest(server.url.replacing("http://", with: "https://"))
    request.connectTimeout = .milliseconds(200)
    #expect(try await failure(request) == .connectTimedOut)
    request.connectTimeout = .seconds(50)
    request.idleTimeout = .milliseconds(1)
    request.timeout = .milliseconds(300)
    #expect(try await failure(request) == .timedOut)
  }
}
