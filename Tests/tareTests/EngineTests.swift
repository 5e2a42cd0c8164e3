/// `--engine` from outside: engines elsewhere compute, and the store has what they said.
import Foundation
import Synchronization
import TareCore
import TareTesting
import Testing

@Suite(.timeLimit(.minutes(2))) struct EngineTests {
  /// Rewards each text by its length in bytes, and says what it serves.
  ///
  /// - Parameter late: how long the first `times` requests take.
  private func engine(
    _ name: String = "org/large", late: Duration = .zero, times: Int = 0
  ) throws -> CannedServer {
    try CannedServer {
      guard $0.method == "POST" else {
        return $0.path == "/v1/models"
          ? .reply(#"{"data": [{"id": "\#(name)"}]}"#) : .reply(status: 404, "")
      }
      return .late($0.number < times ? late : .zero, .numbers($0.texts.map { "\($0.utf8.count)" }))
    }
  }

  private func score(
    _ workshop: Workshop, _ urls: [String], _ more: String...
  ) throws -> [String] {
    let texts = try TinyModel.textFolder(in: workshop.folder)
    return ["score", workshop.pairs, "--model", texts, "--engine-protocol", "openrlhf"]
      + urls.flatMap { ["--engine", $0] } + ["--date", "2026-11-23"] + more
  }

  private func scores(_ output: String) throws -> [Double] {
    try output.split(separator: "\n").map {
      try #require(try JSONValue(parsing: String($0))["score"]?.double)
    }
  }

  /// How many texts of the store's only run have a score.
  private func scored(in store: String) throws -> Int {
    let runs = try Program.run(["runs", "list", "--store", store, "--json"])
    return runs.status == 0 ? try JSONValue(parsing: runs.output)["scored"]?.int ?? 0 : 0
  }

  /// A running `tare serve` and its address.
  private func serve(_ arguments: [String], _ folder: TemporaryFolder) async throws -> (
    server: Process, url: String
  ) {
    let said = try folder.file(UUID().uuidString, Data())
    let server = try Program.start(
      ["serve", "--port", "0"] + arguments, error: FileHandle(forWritingAtPath: said))
    var line = ""
    while !line.hasSuffix("\n"), server.isRunning {
      try await Task.sleep(for: .milliseconds(10))
      line = try String(contentsOfFile: said, encoding: .utf8)
    }
    let url = try #require(line.firstMatch(of: /http:[^\n, ]*/)?.output, "it said: \(line)")
    return (server, String(url))
  }

  @Test(arguments: ["vllm", "sglang", "tei", "openrlhf", "llamafactory"])
  func `a server's scores are those of its model here, through a proxy too`(
    key: String
  ) async throws {
    let workshop = try Workshop(pairs: 30)
    let texts = try TinyModel.textFolder(in: workshop.folder)
    let local = try Program.run(workshop.score())
    let wanted = try scores(local.output)
    let (server, url) = try await serve(
      ["--model", workshop.model, "--head", workshop.head, "--threads", "1"], workshop.folder)
    defer { server.terminate() }
    let (proxy, proxied) = try await serve(
      ["--engine", url, "--engine-protocol", key, "--model", texts], workshop.folder)
    defer { proxy.terminate() }
    for engine in [url, proxied] {
      let result = try Program.run(
        ["score", workshop.pairs, "--model", texts, "--date", "2026-11-23"]
          + ["--engine", engine, "--engine-protocol", key])
      #expect(result.status == 0, "\(result.error)")
      expectClose(try scores(result.output), wanted, tolerance: 1e-5)
    }
  }

  @Test func `the store has an engine's scores, apart from any other's`() throws {
    let workshop = try Workshop(pairs: 40)
    let (server, second, other) = (try engine(), try engine(), try engine("org/other"))
    let store = workshop.folder.path("s.sqlite")
    func run(_ name: String, _ urls: [String]) throws -> JSONValue {
      let result = try Program.run(
        score(workshop, urls, "--store", store, "--run", name, "--json"))
      #expect(result.status == 0, "\(result.error)")
      return try JSONValue(parsing: result.output)
    }
    #expect(try run("a", [server.url])["computed"] == 80)
    // The same model's scores are known, at whatever address it is served.
    #expect(try run("b", [second.url])["computed"] == 0)
    #expect(try run("c", [other.url])["computed"] == 80)
    let local = try Program.run(workshop.score("--store", store, "--run", "d", "--json"))
    #expect(try JSONValue(parsing: local.output)["computed"] == 80)
    let shown = try Program.run(["runs", "show", "a", "--store", store])
    #expect(shown.output.contains("org/large"))
    #expect(shown.output.contains("remote"))
    let exported = try Program.run(["runs", "export", "a", "-", "--store", store])
    #expect(try scores(exported.output).allSatisfy { $0 > 40 })
    let mixed = try Program.run(score(workshop, [other.url], "--store", store, "--run", "a"))
    #expect(mixed.status == 64)
    let both = try Program.run(score(workshop, [server.url, other.url]))
    #expect(both.status == 64)
    #expect(both.error.contains("org/other"))
  }

  @Test func `a run that is killed goes on, and no text is scored twice but those under way`()
    throws
  {
    let workshop = try Workshop(pairs: 300)
    let server = try engine(late: .milliseconds(300), times: 60)
    let store = workshop.folder.path("s.sqlite")
    let arguments = try score(workshop, [server.url], "--store", store, "--run", "r", "--json")
    for _ in 0..<3 {
      let before = try scored(in: store)
      let process = try Program.start(arguments)
      while process.isRunning, try scored(in: store) < before + 16 {
        Thread.sleep(forTimeInterval: 0.005)
      }
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
    let last = try Program.run(arguments)
    #expect(last.status == 0, "\(last.error)")
    let computed = try #require(try JSONValue(parsing: last.output)["computed"]?.int)
    #expect(computed <= 600 - 3 * 16)
    let sent = server.requests.joined()
    let texts = Set(sent)
    // Four requests of at most sixteen texts were under way each time, and as many not yet stored.
    #expect(sent.count <= texts.count + 3 * 2 * 4 * 16)
    let again = try Program.run(arguments)
    #expect(try JSONValue(parsing: again.output)["computed"] == 0)
    let rows = try Program.run(["runs", "export", "r", "-", "--store", store])
    #expect(try scores(rows.output).count == 600)
  }

  @Test func `Ctrl-C keeps what the engines have been asked for`() throws {
    let workshop = try Workshop(pairs: 1200)
    let server = try engine(late: .milliseconds(500), times: 40)
    let store = workshop.folder.path("s.sqlite")
    let arguments = try score(workshop, [server.url], "--store", store, "--run", "r", "--json")
    let error = try workshop.folder.file("err", Data())
    let process = try Program.start(arguments, error: FileHandle(forWritingAtPath: error))
    while process.isRunning, server.requests.count < 6 { Thread.sleep(forTimeInterval: 0.005) }
    process.interrupt()
    process.waitUntilExit()
    #expect(process.terminationStatus == 130)
    #expect(
      try String(contentsOfFile: error, encoding: .utf8).contains("finished work is stored"))
    let rest = try Program.run(arguments)
    #expect(rest.status == 0, "\(rest.error)")
    let sent = server.requests.joined()
    #expect(sent.count == Set(sent).count)
  }

  @Test func `an engine that is down does not stop the others`() throws {
    let workshop = try Workshop(pairs: 30)
    let dead = try CannedServer { _ in .close }.url
    let server = try engine()
    let result = try Program.run(score(workshop, [dead, server.url]))
    #expect(result.status == 0, "\(result.error)")
    let alone = try Program.run(score(workshop, [server.url]))
    #expect(result.output == alone.output)
    #expect(try scores(result.output).count == 60)
  }

  @Test func `an engine that does not say what it serves is named by the user`() throws {
    let workshop = try Workshop(pairs: 2)
    let server = try CannedServer {
      $0.method == "POST" ? .numbers($0.texts.map { _ in "1" }) : .reply(status: 404, "")
    }
    let store = ["--store", workshop.folder.path("s.sqlite"), "--run", "r"]
    let result = try Program.run(score(workshop, [server.url]) + store)
    #expect(result.status == 64)
    #expect(result.error.contains("--engine-model NAME"))
    let named = try Program.run(
      score(workshop, [server.url], "--engine-model", "mine") + store)
    #expect(named.status == 0, "\(named.error)")
    let fleeting = try Program.run(score(workshop, [server.url]))
    #expect(try scores(fleeting.output) == [1, 1, 1, 1])
  }

  @Test func `the steps of a process reward model that vLLM serves become one score`() throws {
    let server = try CannedServer { request in
      guard request.path == "/pooling" else {
        return .reply(status: request.path == "/v1/models" ? 200 : 404, #"{"data": [{"id": "m"}]}"#)
      }
      let data = (request.body?["input"]?.array ?? []).map { _ in
        #"{"data": [[0.5, 0.5], [0.75, 0.25]]}"#
      }
      return .reply(#"{"data": [\#(data.joined(separator: ", "))]}"#)
    }
    let workshop = try Workshop(pairs: 2)
    let texts = try TinyModel.textFolder(in: workshop.folder)
    let config =
      #"{"model_type": "x", "architectures": ["Qwen2ForProcessRewardModel"], "vocab_size": 260, "max_position_embeddings": 512, "step_token_id": 2}"#
    try Data(config.utf8).write(to: URL(filePath: texts).appending(path: "config.json"))
    for (rule, score) in [("min", 0.25), ("product", 0.125), ("mean", 0.375), ("last", 0.25)] {
      let result = try Program.run([
        "score", workshop.pairs, "--model", texts, "--engine", server.url, "--engine-protocol",
        "vllm", "--steps-to-score", rule,
      ])
      #expect(result.status == 0, "\(result.error)")
      #expect(try scores(result.output) == Array(repeating: score, count: 4))
    }
  }

  @Test(arguments: [
    ["--head", "x"], ["--precision", "float32"], ["--threads", "2"], ["--read", "last"],
    ["--base", "x"], ["--buffers", "stored"], ["--output-index", "1"], ["--reference", "x"],
    ["--beta", "1"], ["--steps-to-score", "min"], ["--output-weights", "1,2"],
  ])
  func `what the engine decides is refused`(option: [String]) throws {
    let workshop = try Workshop(pairs: 1)
    for command in [["score", workshop.pairs], ["serve", "--port", "0"]] {
      let result = try Program.run(
        command + ["--model", workshop.model, "--engine", "http://127.0.0.1:1"]
          + ["--engine-protocol", "vllm"] + option)
      #expect(result.status == 64)
      #expect(result.error.contains("\(option[0]) cannot be combined with --engine"))
    }
  }

  @Test(arguments: [
    (["--engine", "http://h"], "--engine requires --engine-protocol"),
    (["--engine", "http://h", "--engine-protocol", "grpc"], "unknown protocol 'grpc'"),
    (
      ["--engine", "h:1", "--engine-protocol", "vllm"],
      "expected an address such as http://127.0.0.1:5000, found h:1"
    ),
    (["--engine-model", "m"], "--engine-model requires --engine"),
    (["--engine-concurrency", "2"], "--engine-concurrency requires --engine"),
    (["--cache", "2"], "--cache requires --engine"),
    (
      ["--engine", "http://h", "--engine-protocol", "vllm", "--cache", "-1"], "--cache"
    ),
    ([], "give --model or --engine"),
    (
      ["--engine", "http://h", "--engine-protocol", "vllm", "--template", "t"],
      "--template requires --model"
    ),
    (
      ["--engine", "http://h", "--engine-protocol", "vllm", "--steps-to-score", "min"],
      "--steps-to-score requires --model"
    ),
  ])
  func `options that go together are asked for together`(
    options: [String], message: String
  ) throws {
    let result = try Program.run(["serve", "--port", "0"] + options)
    #expect(result.status == 64)
    #expect(result.error.contains(message), "\(result.error)")
  }
}
