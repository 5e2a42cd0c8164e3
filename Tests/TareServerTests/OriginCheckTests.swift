/// Which web pages may send requests to a server without a key.
import Hummingbird
import TareServer
import TareServing
import TareTesting
import Testing

@Suite(.timeLimit(.minutes(1))) struct OriginCheckTests {
  private func status(
    _ origin: String?, key: String? = nil, host: String = "127.0.0.1"
  ) async throws -> HTTPResponse.Status {
    var options = ServerOptions()
    options.apiKey = key
    options.host = host
    var headers: HTTPFields = [:]
    if let origin { headers[.origin] = origin }
    if let key { headers[.authorization] = "Bearer \(key)" }
    return try await buildApplication(try TinyReward().service, options).test(.router) { client in
      try await client.execute(
        uri: "/get_reward", method: .post, headers: headers,
        body: ByteBuffer(string: #"{"query": ["a"]}"#)
      ) { $0.status }
    }
  }

  @Test(arguments: [
    nil, "http://localhost", "http://localhost:8080", "https://127.0.0.1:3000", "http://[::1]:5000",
  ])
  func `programs and pages of this machine are answered`(origin: String?) async throws {
    #expect(try await status(origin) == .ok)
  }

  @Test(arguments: [
    "http://evil.example", "http://evil.example:5000", "http://localhost.evil.example", "null",
    "http://localhost:1@evil.example", "",
  ])
  func `pages from elsewhere are refused, which a name for the loopback address would let in`(
    origin: String
  ) async throws {
    #expect(try await status(origin) == .forbidden)
  }

  @Test func `a server with a key, or for other machines, answers any page`() async throws {
    #expect(try await status("http://pages.example", key: "k") == .ok)
    #expect(try await status("http://pages.example", host: "0.0.0.0") == .ok)
  }
}
