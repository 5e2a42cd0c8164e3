/// What stands in the log of requests, and what never does.
import Hummingbird
import Synchronization
import TareServer
import TareServing
import TareTesting
import Testing

@Suite(.timeLimit(.minutes(1))) struct RequestLogTests {
  private final class Lines: Sendable {
    let lines = Mutex<[String]>([])
  }

  /// The lines of some requests, and the ids that their answers had.
  private func lines(_ level: RequestLogLevel) async throws -> (lines: [String], ids: [String]) {
    let tiny = try TinyReward()
    let log = Lines()
    var options = ServerOptions()
    options.apiKey = "a-secret-key"
    options.logged = level
    options.log = { line in log.lines.withLock { $0.append(line) } }
    let ids = Mutex<[String]>([])
    try await buildApplication(tiny.service, options).test(.router) { client in
      for (path, key, id) in [
        ("/classify?text=hidden", "a-secret-key", "mine-1"),
        ("/classify", "wrong-key", "two words"),
        ("/nowhere", "a-secret-key", ""),
      ] {
        try await client.execute(
          uri: path, method: .post,
          headers: [.authorization: "Bearer \(key)", .init("X-Request-Id")!: id],
          body: ByteBuffer(string: #"{"input": "a private text"}"#)
        ) { response in
          ids.withLock { $0.append(response.headers[.init("X-Request-Id")!] ?? "") }
        }
      }
    }
    return (log.lines.withLock { $0 }, ids.withLock { $0 })
  }

  @Test func `every request has a line with path, status and id, without keys and texts`()
    async throws
  {
    let (lines, ids) = try await lines(.all)
    #expect(lines.count == 3)
    #expect(lines[0].contains(" POST /classify 200 "))
    #expect(lines[0].hasSuffix(" id=mine-1"))
    #expect(lines[1].contains(" POST /classify 401 "))
    #expect(lines[1].hasSuffix(" id=two?words"))
    #expect(lines[2].contains(" POST /nowhere 404 "))
    #expect(ids[0] == "mine-1")
    #expect(ids[2].count == 16)
    #expect(lines[2].hasSuffix(" id=\(ids[2])"))
    for secret in ["secret", "wrong-key", "private", "hidden", "Bearer"] {
      #expect(!lines.joined().contains(secret))
    }
  }

  @Test func `errors alone, or nothing, can be logged`() async throws {
    #expect(try await lines(.errors).lines.count == 2)
    let none = try await lines(.none)
    #expect(none.lines.isEmpty)
    #expect(none.ids == ["", "", ""])
  }
}
