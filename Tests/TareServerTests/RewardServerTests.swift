/// The server as a whole: what it says of itself, and our own client over a real connection.
import Foundation
import Hummingbird
import ServiceLifecycle
import TareCore
import TareRemote
import TareScoring
import TareServer
import TareServing
import TareTesting
import Testing

@Suite(.timeLimit(.minutes(5))) struct RewardServerTests {
  private var impatient: RemoteOptions {
    var options = RemoteOptions()
    options.attempts = 1
    return options
  }

  @Test func `it says that it is ready, and what it serves`() async throws {
    let service = RewardService(try WatchedModel())
    try await buildApplication(service).test(.router) { client in
      for path in ["/health", "/ready"] {
        try await client.execute(uri: path, method: .get) { response in
          #expect(response.status == .ok)
          #expect(String(buffer: response.body) == #"{"status":"ok"}"#)
        }
      }
      try await client.execute(uri: "/v1/models", method: .get) { response in
        let models = try JSONValue(parsing: String(buffer: response.body))["data"]?.array
        #expect(models?.count == 1)
        #expect(models?[0]["id"] == "watched")
        #expect(models?[0]["object"] == "model")
        #expect(models?[0]["owned_by"] == "tare")
        #expect(models?[0]["created"]?.int != nil)
        #expect(models?[0]["max_model_len"] == .null)
      }
    }
  }

  @Test(arguments: [("/get_rewards", HTTPRequest.Method.post), ("/nowhere", .get)])
  func `an unknown path is told the known ones`(
    path: String, method: HTTPRequest.Method
  ) async throws {
    let service = RewardService(try WatchedModel())
    try await buildApplication(service).test(.router) { client in
      try await client.execute(uri: path, method: method) { response in
        #expect(response.status == .notFound)
        let error = try JSONValue(parsing: String(buffer: response.body))["error"]
        #expect(error?["found"]?.string == "\(method.rawValue) \(path)")
        #expect(error?["accepted"]?.string?.contains("POST /get_reward, GET /health") == true)
      }
    }
  }

  /// Infinity and llama.cpp have pairs alone, which a chat template renders here.
  @Test(arguments: RemoteEngines.registry.keys.filter { !["infinity", "llamacpp"].contains($0) })
  func `the client of a protocol gets the model's own bits from the server`(
    key: String
  ) async throws {
    let tiny = try TinyReward()
    let samples = try tiny.samples(40)
    try await withServer(tiny.service) { url, _ in
      let engine = try RemoteEngine(url: url, protocol: key)
      let scores = try await engine.score(texts: samples.map(\.text))
      #expect(scores == samples.map(\.reward))
    }
  }

  @Test func `clients at the same time get each their own rewards`() async throws {
    let tiny = try TinyReward()
    let samples = try tiny.samples(12)
    try await withServer(tiny.service) { url, _ in
      try await withThrowingTaskGroup { group in
        for sample in samples {
          group.addTask {
            let engine = try RemoteEngine(url: url, protocol: "openrlhf")
            #expect(try await engine.score(texts: [sample.text]) == [sample.reward])
          }
        }
        try await group.waitForAll()
      }
    }
  }

  @Test func `a refusal reaches the client's user whole`() async throws {
    let service = RewardService(try WatchedModel())
    try await withServer(service) { url, _ in
      let engine = try RemoteEngine(url: url, protocol: "openrlhf")
      let error = await #expect(throws: TareError.self) { try await engine.score(texts: [""]) }
      #expect(error?.exitCode == 65)
      #expect(error?.description.shows("text 0, text: expected …, found no tokens") == true)
      let other = try RemoteEngine(url: url + "/nowhere", protocol: "openrlhf")
      let lost = await #expect(throws: TareError.self) { try await other.score(texts: ["a"]) }
      #expect(lost?.description.contains("status 404") == true)
    }
  }

  @Test func `texts of a client that hangs up are dropped`() async throws {
    let model = try WatchedModel(isHeld: true)
    let service = RewardService(model)
    let impatient = impatient
    try await withServer(service) { url, _ in
      let engine = try RemoteEngine(url: url, protocol: "openrlhf", impatient)
      let busy = Task { try await engine.score(texts: ["first"]) }
      try await eventually { model.passes.count == 1 }
      let leaving = Task { try await engine.score(texts: ["left", "behind"]) }
      try await eventually { service.waiting == 2 }
      leaving.cancel()
      try await eventually { service.waiting == 0 }
      model.release()
      #expect(try await busy.value == [5])
      #expect(model.passes == [["first"]])
    }
  }

  @Test func `a connection serves one request after another`() async throws {
    let kept = KeptConnection()
    try await withServer(RewardService(try WatchedModel())) { url, _ in
      for _ in 0..<3 {
        let answer = try await kept.ask(url)
        #expect(answer.hasPrefix("HTTP/1.1 200"))
      }
      // Open and idle, it does not keep the server from stopping.
    }
  }

  @Test func `a client that hangs up after some answers is noticed, too`() async throws {
    let model = try WatchedModel(isHeld: true)
    let service = RewardService(model)
    try await withServer(service) { url, _ in
      let kept = KeptConnection()
      model.release()
      _ = try await kept.ask(url)
      let engine = try RemoteEngine(url: url, protocol: "openrlhf")
      let busy = Task { try await engine.score(texts: ["busy"]) }
      try await eventually { model.passes.count == 2 }
      try kept.send(url)
      try await eventually { service.waiting == 1 }
      kept.hangUp()
      try await eventually { service.waiting == 0 }
      model.release()
      #expect(try await busy.value == [4])
      #expect(model.passes.count == 2)
    }
  }

  /// What a client begins with, and what it goes on with forever.
  @Test(arguments: [
    ("", ""), ("POST /get_rew", ""), ("POST /get_rew", "a"),
    ("POST /get_reward HTTP/1.1\r\n", "A: b\r\n"),
    ("POST /get_reward HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n{", ""),
    ("POST /get_reward HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n{", " "),
    ("POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n", " "),
    ("POST /get_reward HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\n \r\n"),
  ])
  func `a client that sends too slowly is cut off`(start: String, more: String) async throws {
    var limits = ServerLimits()
    limits.transferTime = .milliseconds(300)
    try await withServer(RewardService(try WatchedModel()), limits) { url, _ in
      let client = try RawClient(url)
      client.send(start)
      // A server that does not cut it off ends at the suite's limit.
      while client.received() != nil, client.send(more) {
        try await Task.sleep(for: .milliseconds(20))
      }
    }
  }

  @Test func `a client that takes no answer is cut off`() async throws {
    var limits = ServerLimits()
    limits.transferTime = .milliseconds(300)
    try await withServer(RewardService(try WatchedModel()), limits) { url, _ in
      let client = try RawClient(url)
      // More than the buffers on the way hold; the socket takes no more when they are full.
      let sender = Task.detached {
        while client.send(String(repeating: "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n", count: 500))
        {}
      }
      await sender.value
    }
  }

  @Test func `a request that takes its time is not slow`() async throws {
    let model = try WatchedModel(isHeld: true)
    var limits = ServerLimits()
    limits.transferTime = .milliseconds(100)
    try await withServer(RewardService(model), limits) { url, _ in
      let engine = try RemoteEngine(url: url, protocol: "openrlhf")
      async let scores = engine.score(texts: ["first"])
      try await eventually { model.passes.count == 1 }
      try await Task.sleep(for: .milliseconds(400))
      model.release()
      #expect(try await scores == [5])
    }
  }

  @Test func `more clients than are served wait until one leaves`() async throws {
    var limits = ServerLimits()
    limits.connections = 2
    try await withServer(RewardService(try WatchedModel()), limits) { url, _ in
      // A server accepts several at a time before it counts them.
      var silent: [RawClient] = []
      for _ in 0..<40 { silent.append(try RawClient(url)) }
      let late = try RawClient(url)
      late.send("GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
      try await Task.sleep(for: .milliseconds(200))
      #expect(late.received() == "")
      silent.removeAll()
      var answer = ""
      while answer.isEmpty {
        try await Task.sleep(for: .milliseconds(5))
        answer = try #require(late.received())
      }
      #expect(answer.hasPrefix("HTTP/1.1 200"))
    }
  }

  @Test func `a server that is told to stop answers what it has first`() async throws {
    let model = try WatchedModel(isHeld: true)
    let impatient = impatient
    try await withServer(RewardService(model)) { url, server in
      let engine = try RemoteEngine(url: url, protocol: "openrlhf", impatient)
      async let scores = engine.score(texts: ["asked", "before"])
      try await eventually { model.passes.count == 1 }
      await server.triggerGracefulShutdown()
      model.release(2)
      #expect(try await scores == [5, 6])
    }
  }

  @Test func `only this machine can reach it unless told otherwise`() {
    var options = ServerOptions()
    #expect(!options.isOpen)
    options.host = "0.0.0.0"
    #expect(options.isOpen)
  }
}

/// One connection, and requests for a reward on it.
///
/// `@unchecked Sendable`: one task at a time has it.
private final class KeptConnection: @unchecked Sendable {
  private var client: RawClient?

  func send(_ url: String) throws {
    let client = try client ?? RawClient(url)
    self.client = client
    let body = #"{"query": ["first"]}"#
    client.send(
      "POST /get_reward HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.count)\r\n\r\n\(body)")
  }

  func ask(_ url: String) async throws -> String {
    try send(url)
    var answer = ""
    while !answer.hasSuffix("}") {
      try await Task.sleep(for: .milliseconds(5))
      answer += try #require(client?.received())
    }
    return answer
  }

  func hangUp() { client = nil }
}
