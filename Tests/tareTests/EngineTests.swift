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
    guard runs.status == 0 else { return 0 }
    return try JSONValue(parsing: runs.output).array?.first?["scored"]?.int ?? 0
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
    // But the probes that each run begins with.
    let sent = server.requests.filter { !$0.joined().contains("capital of France") }.joined()
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

  /// A vLLM that takes texts of up to `limit` tokens, of three labels.
  private func vllm(limit: Int, shift: Double = 0) throws -> CannedServer {
    try CannedServer { request in
      if request.path == "/v1/models" {
        return .reply(#"{"data": [{"id": "m", "max_model_len": \#(limit)}]}"#)
      }
      guard request.path == "/classify" else { return .reply(status: 404, "") }
      let inputs = request.body?["input"]?.array?.compactMap(\.array) ?? []
      guard inputs.allSatisfy({ $0.count <= limit }) else { return .reply(status: 400, "too long") }
      let rows = inputs.map { ids in
        #"{"probs": [\#(Double(ids.count) + shift), \#(0.5 - shift), 1.5]}"#
      }
      return .reply(#"{"data": [\#(rows.joined(separator: ", "))]}"#)
    }
  }

  @Test func `a row that is longer than the server takes is named, or skipped`() throws {
    let workshop = try Workshop(pairs: 1)
    let long = String(repeating: "word ", count: 30)
    let rows = ["short", long, "brief"].enumerated().map { index, text in
      #"{"id": "r\#(index)", "prompt": "q", "chosen": "\#(text)", "rejected": "no"}"#
    }
    let input = try workshop.folder.file("rows.jsonl", Data(rows.joined(separator: "\n").utf8))
    let texts = try TinyModel.textFolder(in: workshop.folder)
    let server = try vllm(limit: 90)
    let bad = workshop.folder.path("bad.csv")
    let common =
      ["score", input, "--model", texts, "--engine", server.url, "--engine-protocol", "vllm"]
      + ["--output-index", "0"]
    let refused = try Program.run(common)
    #expect(refused.status == 65)
    #expect(refused.error.contains("row 2, response 1"), "\(refused.error)")
    #expect(refused.error.contains("--max-tokens 90"))
    let skipped = try Program.run(common + ["--skip-bad-rows", "--bad-rows", bad])
    #expect(skipped.status == 0, "\(skipped.error)")
    #expect(try scores(skipped.output).count == 4)
    #expect(skipped.error.contains("that the model cannot take), line 2"), "\(skipped.error)")
    #expect(try String(contentsOfFile: bad, encoding: .utf8).contains("at most 90"))
    let cut = try Program.run(common + ["--max-tokens", "90"])
    #expect(cut.status == 0, "\(cut.error)")
    #expect(try scores(cut.output).max() == 90)
  }

  @Test func `a row that the template refuses can be skipped`() throws {
    let workshop = try Workshop(pairs: 2)
    let template = try workshop.folder.file(
      "t.jinja",
      Data(
        "{% for m in messages %}{% if m.content == 'bad' %}{{ raise_exception('no') }}{% endif %}{{ m.content }}{% endfor %}"
          .utf8))
    let rows = ["good", "bad", "fine"].map {
      #"{"prompt": "q", "chosen": "\#($0)", "rejected": "no"}"#
    }
    let input = try workshop.folder.file("rows.jsonl", Data(rows.joined(separator: "\n").utf8))
    let common =
      ["score", input, "--model", workshop.model, "--head", workshop.head]
      + ["--template", template]
    #expect(try Program.run(common).status == 65)
    let result = try Program.run(common + ["--skip-bad-rows"])
    #expect(result.status == 0, "\(result.error)")
    #expect(try scores(result.output).count == 4)
  }

  @Test func `a label of several, or a weighted sum, is the score, each with a key of its own`()
    throws
  {
    let workshop = try Workshop(pairs: 20)
    let texts = try TinyModel.textFolder(in: workshop.folder)
    let server = try vllm(limit: 4000)
    let store = workshop.folder.path("s.sqlite")
    func run(_ name: String, _ more: String..., server: CannedServer) throws -> (
      status: Int32, error: String, computed: Int?
    ) {
      let result = try Program.run(
        ["score", workshop.pairs, "--model", texts, "--engine", server.url]
          + ["--engine-protocol", "vllm", "--store", store, "--run", name, "--json"] + more)
      let computed =
        result.status == 0 ? try JSONValue(parsing: result.output)["computed"]?.int : nil
      return (result.status, result.error, computed)
    }
    let none = try run("a", server: server)
    #expect(none.status == 69)
    #expect(none.error.contains("3 values"), "\(none.error)")
    let second = try run("b", "--output-index", "1", server: server)
    #expect(second.computed == 40)
    #expect(second.error.contains("all 40 rewards from the engine are 0.5"), "\(second.error)")
    #expect(try run("c", "--output-weights", "1,0,1", server: server).computed == 40)
    #expect(try run("d", "--output-index", "1", server: server).computed == 0)
    // The same name, and other numbers: another start of a server with a random head.
    let other = try vllm(limit: 4000, shift: 0.25)
    #expect(try run("e", "--output-index", "1", server: other).computed == 40)
    #expect(try run("b", "--output-index", "1", server: other).status == 64)
    #expect(try run("f", "--output-name", "LABEL_9", server: server).status == 64)
  }

  @Test func `a server that is away for a while is waited for`() throws {
    let workshop = try Workshop(pairs: 10)
    let server = try CannedServer {
      guard $0.method == "POST" else { return .reply(#"{"data": [{"id": "m"}]}"#) }
      return (1..<3).contains($0.number)
        ? .close : .numbers($0.texts.map { "\($0.utf8.count)" })
    }
    let result = try Program.run(score(workshop, [server.url], "--engine-patience", "60"))
    #expect(result.status == 0, "\(result.error)")
    #expect(try scores(result.output).count == 20)
    #expect(result.error.contains("does not answer"))
    #expect(result.error.contains("answers again"))
    let gone = try CannedServer { _ in .close }
    let impatient = try Program.run(
      score(workshop, [gone.url], "--engine-patience", "0", "--engine-timeout", "5"))
    #expect(impatient.status == 69)
    for option in [["--engine-timeout", "0"], ["--engine-patience", "-1"]] {
      let wrong = try Program.run(score(workshop, [server.url]) + option)
      #expect(wrong.status == 64)
    }
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
    ["--base", "x"], ["--buffers", "stored"], ["--reference", "x"], ["--beta", "1"],
    ["--steps-to-score", "min"], ["--cache-memory", "1GB"],
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
    (["--engine-timeout", "2"], "--engine-timeout requires --engine"),
    (["--engine-patience", "2"], "--engine-patience requires --engine"),
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
