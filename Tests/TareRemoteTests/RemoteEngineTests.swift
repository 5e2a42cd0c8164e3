/// The client of remote engines, against servers that work and servers that do not.
import TareCore
import TareRemote
import TareScoring
import TareTesting
import Testing

@Suite(.timeLimit(.minutes(1))) struct RemoteEngineTests {
  /// Attempts follow each other at once.
  private static var impatient: RemoteOptions {
    var options = RemoteOptions()
    options.attempts = 3
    options.firstPause = .milliseconds(1)
    return options
  }

  private func engine(
    _ server: CannedServer, _ options: RemoteOptions = impatient
  ) throws -> RemoteEngine {
    try RemoteEngine(url: server.url, protocol: "openrlhf", options)
  }

  /// What `score` throws for two texts.
  private func error(
    _ server: CannedServer, _ options: RemoteOptions = impatient
  ) async throws -> TareError {
    let engine = try engine(server, options)
    let error = await #expect(throws: TareError.self) { try await engine.score(texts: ["1", "2"]) }
    return try #require(error)
  }

  @Test func `scores come back in order, in batches, from the protocol's path`() async throws {
    let server = try CannedServer { .numbers($0.texts) }
    var options = Self.impatient
    options.batchSize = 4
    let engine = try engine(server, options)
    #expect(engine.urls == [server.url + "/get_reward"])
    let texts = (0..<11).map { "\($0).25" }
    #expect(try await engine.score(texts: texts) == (0..<11).map { Float($0) + 0.25 })
    let batches = [Array(texts[..<4]), Array(texts[4..<8]), Array(texts[8...])]
    #expect(Set(server.requests) == Set(batches))
  }

  @Test func `no texts need no server`() async throws {
    let server = try CannedServer { _ in .close }
    #expect(try await engine(server).score(texts: []) == [])
    #expect(server.requests.isEmpty)
  }

  @Test func `any text arrives as it is`() async throws {
    let server = try CannedServer { .numbers($0.texts.map { _ in "1" }) }
    let texts = ["<|im_start|>user\n\"quoted\\\"\u{0}\u{1F600}", "", "é\r\n\t"]
    #expect(try await engine(server).score(texts: texts) == [1, 1, 1])
    #expect(server.requests == [texts])
  }

  @Test func `a server that fails twice is asked a third time`() async throws {
    let server = try CannedServer {
      $0.number < 2 ? .reply(status: 500, "busy") : .numbers($0.texts)
    }
    #expect(try await engine(server).score(texts: ["1", "2"]) == [1, 2])
    #expect(server.requests.count == 3)
  }

  @Test func `a broken connection is made again`() async throws {
    let server = try CannedServer { $0.number == 0 ? .close : .numbers($0.texts) }
    #expect(try await engine(server).score(texts: ["7"]) == [7])
    #expect(server.requests.count == 2)
  }

  @Test func `a server that only fails is unreachable after all attempts`() async throws {
    let failing = try CannedServer { _ in .reply(status: 503, "no\nmodel") }
    #expect(
      try await error(failing)
        == .unreachable(
          "\(failing.url)/get_reward gave no answer in 3 attempts; the last: status 503: no model"))
    #expect(failing.requests.count == 3)

    let closing = try CannedServer { _ in .close }
    let closed = try await error(closing)
    #expect(closed.exitCode == 69)
    #expect(closed.description.contains("\(closing.url)/get_reward"))
    #expect(closing.requests.count == 3)
  }

  @Test func `nobody listening is unreachable`() async throws {
    let url = try CannedServer { _ in .close }.url
    let engine = try RemoteEngine(url: url, protocol: "openrlhf", Self.impatient)
    let error = await #expect(throws: TareError.self) { try await engine.score(texts: ["1"]) }
    #expect(error?.exitCode == 69)
    #expect(error?.description.contains(url) == true)
  }

  @Test(arguments: [400, 413, 422])
  func `a refusal of the texts is not repeated`(status: Int) async throws {
    let server = try CannedServer { _ in .reply(status: status, "what is this?") }
    #expect(
      try await error(server)
        == .badData(
          place: "\(server.url)/get_reward", found: "status \(status): what is this?",
          accepted: "status 200"))
    #expect(server.requests.count == 1)
  }

  @Test(arguments: [307, 404])
  func `a server that is no engine for us is not asked again, nor a redirect followed`(
    status: Int
  ) async throws {
    let server = try CannedServer { _ in .reply(status: status, "who?") }
    #expect(
      try await error(server)
        == .unreachable(
          "\(server.url)/get_reward does not score: status \(status): who? "
            + "(is it the protocol's address?)"))
    #expect(server.requests.count == 1)
  }

  @Test(arguments: [
    ("{\"rewards\": [1]}", "expected 2, one per text, found 1 rewards"),
    ("{\"rewards\": [1, 2, 3]}", "expected 2, one per text, found 3 rewards"),
    ("{\"rewards\": [1, null]}", "reward 1: expected a finite number, found null"),
    ("{\"rewards\": [1, \"2\"]}", "reward 1: expected a finite number, found \"2\""),
    ("{\"rewards\": [1, NaN]}", "column 17: expected a JSON value, found 'NaN]}'"),
    // A double, but infinite as a float.
    ("{\"rewards\": [1e300, 2]}", "reward 0: expected a finite number, found 1e+300"),
    ("{\"result\": [1, 2]}", "expected an array 'scores' or 'rewards', found members result"),
    ("[1, 2]", "expected an array 'scores' or 'rewards', found an array"),
    ("<html>", "line 1, column 1: expected a JSON value, found '<html>'"),
    ("", "expected a value, found end of input"),
  ])
  func `an answer that is no list of rewards is an error`(
    reply: String, message: String
  ) async throws {
    let server = try CannedServer { _ in .reply(reply) }
    let error = try await error(server)
    #expect(error.exitCode == 69)
    #expect(error.description.hasPrefix("\(server.url)/get_reward, "))
    #expect(error.description.hasSuffix(message))
    #expect(server.requests.count == 1)
  }

  @Test func `the error says which texts the reply was for`() async throws {
    let server = try CannedServer {
      $0.texts == ["3"] ? .reply("{\"rewards\": []}") : .numbers($0.texts)
    }
    var options = Self.impatient
    options.batchSize = 2
    let engine = try engine(server, options)
    let error = await #expect(throws: TareError.self) {
      try await engine.score(texts: ["1", "2", "3"])
    }
    #expect(
      error?.description.shows("/get_reward, texts 2 to 2, reply: expected …, found 0") == true)
  }

  @Test func `the newer member is read where both are there`() async throws {
    let server = try CannedServer { _ in .reply("{\"rewards\": [1], \"scores\": [2]}") }
    #expect(try await engine(server).score(texts: ["a"]) == [2])
  }

  /// Silence before the first byte, and in the middle of the body.
  @Test(arguments: ["", "{\"rewards\": [1"])
  func `a server that stalls is given up`(sent: String) async throws {
    let server = try CannedServer { _ in .stall(sent) }
    var options = Self.impatient
    options.timeout = .milliseconds(200)
    options.attempts = 2
    #expect(
      try await error(server, options)
        == .unreachable(
          "\(server.url)/get_reward gave no answer in 2 attempts; the last: timed out"))
    #expect(server.requests.count == 2)
  }

  /// While it waits for a reply, and between attempts.
  @Test(arguments: [CannedServer.Answer.stall(""), .close])
  func `a cancelled task stops waiting`(answer: CannedServer.Answer) async throws {
    let server = try CannedServer { _ in answer }
    var options = RemoteOptions()
    options.firstPause = .seconds(600)
    let engine = try engine(server, options)
    let task = Task { try await engine.score(texts: ["1"]) }
    while server.requests.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
    task.cancel()
    let error = await #expect(throws: TareError.self) { try await task.value }
    #expect(error?.exitCode == 130)
    #expect(server.requests.count == 1)
  }

  @Test(arguments: ["127.0.0.1:5000", "ftp://host/", "http://", "", "http:// host"])
  func `what is no address is refused`(url: String) {
    let error = #expect(throws: TareError.self) {
      try RemoteEngine(url: url, protocol: "openrlhf")
    }
    #expect(error?.exitCode == 64)
  }

  @Test func `a path in the address is kept`() throws {
    let engine = try RemoteEngine(url: "http://h:1/rm/v2?key=a", protocol: "openrlhf")
    #expect(engine.urls == ["http://h:1/rm/v2?key=a"])
  }

  @Test func `options out of range and unknown protocols are refused`() {
    var options = RemoteOptions()
    options.batchSize = 0
    #expect(throws: TareError.self) {
      try RemoteEngine(url: "http://h", protocol: "openrlhf", options)
    }
    let error = #expect(throws: TareError.self) {
      try RemoteEngine(url: "http://h", protocol: "grpc")
    }
    #expect(
      error
        == .usage(
          "unknown protocol 'grpc'; known: vllm, sglang, tei, openrlhf, llamafactory, infinity, "
            + "llamacpp"))
  }

  @Test func `every protocol has a path, and a summary for the help`() {
    #expect(
      RemoteEngines.registry.keys
        == ["vllm", "sglang", "tei", "openrlhf", "llamafactory", "infinity", "llamacpp"])
    #expect(RemoteEngines.registry.entries.allSatisfy { $0.path.hasPrefix("/") })
    #expect(RemoteEngines.registry.help.allSatisfy { !$0.summary.isEmpty })
  }
}
