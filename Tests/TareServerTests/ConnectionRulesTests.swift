/// What HTTP asks of a connection, tried with raw bytes.
import Foundation
import TareServing
import TareTesting
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ConnectionRulesTests {
  @Test(arguments: [
    ("GET /health HTTP/1.1\r\n\r\n", "found none"),
    ("GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "found 2 of them"),
    ("GET /health HTTP/1.0\r\nHost: a\r\nhost: a\r\n\r\n", "found 2 of them"),
    ("POST /get_reward HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}", "found none"),
  ])
  func `a request needs one Host`(request: String, found: String) async throws {
    let answer = try await wholeAnswer(to: request + "GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(answer.hasPrefix("HTTP/1.1 400 "))
    #expect(answer.contains("header Host: expected exactly one, \(found)"))
    // Nothing behind it is answered.
    #expect(!answer.contains("200 OK"))
  }

  @Test func `HTTP 1.0 needs none, and its connection is closed`() async throws {
    let answer = try await wholeAnswer(to: "GET /health HTTP/1.0\r\n\r\n")
    #expect(answer.hasPrefix("HTTP/1.1 200 "))
    #expect(answer.lowercased().contains("connection: close"))
    #expect(answer.hasSuffix(#"{"status":"ok"}"#))
  }

  @Test func `answers before a refused request are given`() async throws {
    let answer = try await wholeAnswer(
      to: "GET /health HTTP/1.1\r\nHost: a\r\n\r\nGET /health HTTP/1.1\r\n\r\n")
    #expect(answer.hasPrefix("HTTP/1.1 200 "))
    #expect(answer.contains(#"{"status":"ok"}"#))
    #expect(answer.components(separatedBy: " 200 OK").count == 2)
  }

  /// All that the server sends until it closes the connection.
  private func wholeAnswer(to request: String) async throws -> String {
    let answer = Answer()
    try await withServer(RewardService(try WatchedModel())) { url, _ in
      let client = try RawClient(url)
      client.send(request)
      // A server that does not close ends at the suite's limit.
      while let piece = client.received() {
        answer.text += piece
        try await Task.sleep(for: .milliseconds(5))
      }
    }
    return answer.text
  }
}

/// `@unchecked Sendable`: one task at a time has it.
private final class Answer: @unchecked Sendable {
  var text = ""
}
