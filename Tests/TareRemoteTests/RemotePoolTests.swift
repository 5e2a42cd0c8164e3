/// Several engines of one model: work is spread, and goes on where one of them does not answer.
import TareCore
import TareRemote
import TareScoring
import TareTesting
import Testing

@Suite(.timeLimit(.minutes(1))) struct RemotePoolTests {
  private static func options(_ change: (inout RemoteOptions) -> Void = { _ in }) -> RemoteOptions {
    var options = RemoteOptions()
    options.batchSize = 1
    options.firstPause = .milliseconds(1)
    change(&options)
    return options
  }

  private func engine(
    _ urls: [String], _ options: RemoteOptions = options()
  ) throws -> RemoteEngine {
    try RemoteEngine(urls: urls, protocol: "openrlhf", options)
  }

  @Test func `texts are spread, and come back in order whatever order replies come in`()
    async throws
  {
    // The first requests are answered last.
    let servers = try (0..<2).map { _ in
      try CannedServer { .late(.milliseconds(max(200 - 40 * $0.number, 0)), .numbers($0.texts)) }
    }
    let texts = (0..<24).map { "\($0)" }
    let engine = try engine(servers.map(\.url))
    #expect(try await engine.score(texts: texts) == (0..<24).map { Float($0) })
    #expect(servers.allSatisfy { $0.requests.count >= 8 }, "\(servers.map(\.requests.count))")
    #expect(Set(servers.flatMap(\.requests)) == Set(texts.map { [$0] }))
  }

  @Test func `an engine gets no more requests at once than it may have`() async throws {
    let gate = Gate(3)
    let server = try CannedServer {
      gate.pass()
      return .late(.milliseconds(5), .numbers($0.texts))
    }
    let engine = try engine([server.url], Self.options { $0.concurrency = 3 })
    // Two callers share the engine.
    async let first = engine.score(texts: (0..<20).map { "\($0)" })
    async let second = engine.score(texts: (20..<40).map { "\($0)" })
    #expect(try await first + second == (0..<40).map { Float($0) })
    #expect(server.mostAtOnce == 3)
  }

  @Test func `what an engine does not answer goes to another, and it is left alone`() async throws {
    let dead = try CannedServer { _ in .reply(status: 503, "down") }
    let closing = try CannedServer { _ in .close }
    let good = try CannedServer { .numbers($0.texts) }
    let options = Self.options {
      $0.firstPause = .seconds(600)
      $0.longestPause = .seconds(600)
      $0.concurrency = 2
      $0.attempts = 2
    }
    // The last one is asked by nobody: its port is closed by then.
    let nobody = try CannedServer { _ in .close }.url
    let engine = try engine([dead.url, closing.url, nobody, good.url], options)
    #expect(try await engine.score(texts: (0..<30).map { "\($0)" }) == (0..<30).map { Float($0) })
    #expect(good.requests.count == 30)
    for server in [dead, closing] { #expect((1...2).contains(server.requests.count)) }
  }

  @Test func `an engine that is back is asked again`() async throws {
    let server = try CannedServer { $0.number < 3 ? .close : .numbers($0.texts) }
    let other = try CannedServer { $0.number < 2 ? .numbers($0.texts) : .close }
    let engine = try engine([server.url, other.url])
    for text in ["1", "2", "3", "4", "5"] {
      #expect(try await engine.score(texts: [text]) == [Float(text)!])
    }
    #expect(server.requests.count > 3)
  }

  @Test func `all that do not answer are named`() async throws {
    let urls = try (0..<2).map { _ in try CannedServer { _ in .close }.url }
    let engine = try engine(urls, Self.options { $0.attempts = 2 })
    let error = await #expect(throws: TareError.self) { try await engine.score(texts: ["1"]) }
    #expect(error?.exitCode == 69)
    for url in urls { #expect(error?.description.contains(url) == true) }
    #expect(error?.description.contains("gave no answer in 3 attempts") == true)
  }

  @Test func `an engine that asks for patience gets it`() async throws {
    let server = try CannedServer {
      $0.number == 0
        ? .reply(status: 429, headers: ["Retry-After": "1"], "busy") : .numbers($0.texts)
    }
    let engine = try engine([server.url])
    let began = ContinuousClock.now
    #expect(try await engine.score(texts: ["1", "2"]) == [1, 2])
    #expect(ContinuousClock.now - began >= .seconds(1))
    // Both were sent together, and the one that was refused again.
    #expect(server.requests.count == 3)
  }

  @Test func `while one asks for patience another works`() async throws {
    let busy = try CannedServer { _ in
      .reply(status: 429, headers: ["Retry-After": "300"], "busy")
    }
    let good = try CannedServer { .numbers($0.texts) }
    let engine = try engine([busy.url, good.url], Self.options { $0.concurrency = 1 })
    #expect(try await engine.score(texts: (0..<10).map { "\($0)" }) == (0..<10).map { Float($0) })
    #expect(busy.requests.count == 1)
    #expect(good.requests.count == 10)
  }

  @Test func `a busy engine is asked again, but not for ever`() async throws {
    let server = try CannedServer { _ in .reply(status: 429, "busy") }
    let engine = try engine([server.url], Self.options { $0.attempts = 3 })
    let error = await #expect(throws: TareError.self) { try await engine.score(texts: ["1"]) }
    #expect(error?.exitCode == 69)
    #expect(error?.description.hasSuffix("status 429: busy") == true)
    #expect(server.requests.count == 3)
  }

  @Test func `a caller that waits for its turn can be cancelled`() async throws {
    let server = try CannedServer { _ in .stall("") }
    let engine = try engine([server.url], Self.options { $0.concurrency = 1 })
    let first = Task { try await engine.score(texts: ["1"]) }
    while server.requests.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
    let second = Task { try await engine.score(texts: ["2"]) }
    try await Task.sleep(for: .milliseconds(20))
    second.cancel()
    let error = await #expect(throws: TareError.self) { try await second.value }
    #expect(error?.exitCode == 130)
    first.cancel()
    await #expect(throws: TareError.self) { try await first.value }
    #expect(server.requests == [["1"]])
  }

  @Test func `engines say what they serve, and must serve the same`() async throws {
    func server(_ name: String) throws -> CannedServer {
      try CannedServer {
        $0.path == "/v1/models"
          ? .reply(#"{"data": [{"id": "\#(name)"}]}"#) : .reply(status: 404, "")
      }
    }
    let (a, b, other) = (try server("a"), try server("a"), try server("b"))
    let silent = try CannedServer { _ in .reply(status: 404, "") }
    #expect(try await engine([a.url, b.url, silent.url]).servedModel() == "a")
    #expect(try await engine([silent.url]).servedModel() == nil)
    #expect(
      try await engine([silent.url], Self.options { $0.model = "mine" }).servedModel() == "mine")
    let mixed = try engine([a.url, other.url])
    let error = await #expect(throws: TareError.self) { try await mixed.servedModel() }
    #expect(error?.exitCode == 64)
    #expect(error?.description.contains("and b at \(other.url)/get_reward") == true)
    let down = try engine([try CannedServer { _ in .close }.url])
    let none = await #expect(throws: TareError.self) { try await down.servedModel() }
    #expect(none?.exitCode == 69)
  }

  @Test func `the key goes with every request`() async throws {
    let server = try CannedServer {
      $0.method == "GET" ? .reply(status: 404, "") : .numbers($0.texts)
    }
    let engine = try engine([server.url], Self.options { $0.key = "secret" })
    _ = try await engine.servedModel()
    #expect(try await engine.score(texts: ["1"]) == [1])
    #expect(server.all.count == 2)
    #expect(server.all.allSatisfy { $0.headers["authorization"] == "Bearer secret" })
  }

  @Test func `an engine is ready when its health says so, or it has no such path`() async throws {
    for (status, isReady) in [(200, true), (404, true), (503, false)] {
      let server = try CannedServer { _ in .reply(status: status, "") }
      #expect(try await engine([server.url]).isReady() == isReady)
      #expect(server.all.map(\.path) == ["/health"])
    }
    let nobody = try CannedServer { _ in .close }.url
    #expect(try await engine([nobody]).isReady() == false)
    let good = try CannedServer { _ in .reply("") }
    #expect(try await engine([nobody, good.url]).isReady())
  }

  @Test(arguments: [0, -1, 5000]) func `a concurrency out of range is refused`(count: Int) {
    let error = #expect(throws: TareError.self) {
      try engine(["http://h"], Self.options { $0.concurrency = count })
    }
    #expect(error?.exitCode == 64)
    #expect(error?.description.contains("expected 1 to 1024, found \(count)") == true)
  }
}
